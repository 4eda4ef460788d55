// What the demo has mailed: it lies beside its file.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './api.mjs';

/** The link in a mail to an address. */
export function mailed(house, to) {
  const dir = `${house.file}.mail`;
  return until(() => {
    for (const name of readdirSync(dir)) {
      const mail = readFileSync(join(dir, name), 'utf8').replace(/=\r?\n/g, '').replace(/=3D/g, '=');
      const link = mail.includes(to) && /http:\S+#token=\S+/.exec(mail);
      if (link) return link[0];
    }
  }, `mail to ${to}`);
}
