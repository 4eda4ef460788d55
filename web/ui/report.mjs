// Prints what browsers load first, compressed as with gzip -9, and fails over
// the limits: the expert app's first load (page, scripts, styles, words in one
// language, the face for Latin script) and the widget's one script.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesOf } from './manifest.mjs';

process.chdir(import.meta.dirname);

const limits = { work: 210_000, widget: 12_000 };

const packed = (file) => {
  if (file.endsWith('.woff2')) return readFileSync(file).length;
  return existsSync(`${file}.gz`) ? readFileSync(`${file}.gz`).length : gzipSync(readFileSync(file), { level: 9 }).length;
};

function work() {
  const manifest = JSON.parse(readFileSync('dist/app/.vite/manifest.json', 'utf8'));
  const words = ['kit', 'work'].map((part) => manifest[`../messages/en/${part}.json`]?.file).filter(Boolean);
  const faces = readdirSync('dist/app/assets').filter((name) => /latin-wght.*woff2$/.test(name)).map((name) => join('assets', name));
  return ['work.html', 'before.js', ...filesOf(manifest, 'work.html'), ...words, ...faces].map((file) => join('dist/app', file));
}

function report(name, files, limit) {
  let total = 0;
  for (const file of files) {
    const size = packed(file);
    total += size;
    console.log(`  ${String(size).padStart(7)}  ${file}`);
  }
  console.log(`${name}: ${(total / 1000).toFixed(1)} kB of ${limit / 1000} kB\n`);
  return total <= limit;
}

let fine = report('expert app, first load', work(), limits.work);
const widget = 'dist/widget/widget.js';
if (existsSync(widget)) fine = report('widget', [widget], limits.widget) && fine;
else {
  console.log('widget: not built\n');
  fine = false;
}
process.exit(fine ? 0 : 1);
