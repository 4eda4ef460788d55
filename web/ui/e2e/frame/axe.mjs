// axe-core, put into a page as it stands.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** The violations of WCAG 2.2 A and AA on the page, one line for each place. */
export async function violations(page, within) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const found = await page.evaluate(([where, runOnly]) => window.axe.run(where ? { include: [where] } : document, { runOnly, resultTypes: ['violations'] }), [within, rules]);
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id} at ${n.target.flat().join(' ')}: ${n.failureSummary.replace(/\s+/g, ' ').slice(0, 220)}`));
}
