// Builds everything that runs in browsers into dist: the types of the API, the
// two apps, the widget, and the compressed form of each file.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { filesOf } from './manifest.mjs';

process.chdir(import.meta.dirname);

const node = (script, ...args) => execFileSync(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });

function types() {
  node('node_modules/openapi-typescript/bin/cli.js', '../../docs/openapi.json', '-o', 'src/kit/schema.d.ts');
}

function check() {
  try {
    execFileSync(process.execPath, ['node_modules/tsgo/bin/tsc', '--noEmit', '-p', 'tsconfig.json'], { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch {
    process.exit(1);
  }
}

async function apps() {
  await build({ logLevel: 'warn' });
  const manifest = JSON.parse(readFileSync('dist/app/.vite/manifest.json', 'utf8'));
  const first = [...filesOf(manifest, 'work.html')].map((file) => '/app/' + file);
  const stamp = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 12);
  replace('dist/app/sw.js', { __BUILD__: stamp, __FILES__: JSON.stringify(['/work', '/app/before.js', '/app/icon.svg', ...first]) });
  replace('dist/app/work.html', { __MANIFEST__: '/work/manifest.webmanifest' });
}

function replace(file, values) {
  let text = readFileSync(file, 'utf8');
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(name, value);
  writeFileSync(file, text);
}

/** The widget's words, by language. */
function words() {
  const languages = readdirSync('../messages').filter((name) => existsSync(`../messages/${name}/widget.json`));
  return Object.fromEntries(languages.map((lang) => [lang, JSON.parse(readFileSync(`../messages/${lang}/widget.json`, 'utf8'))]));
}

async function widget() {
  const messages = words();
  const first = Object.fromEntries(Object.entries(messages).map(([lang, { launcher, lost }]) => [lang, [launcher, lost]]));
  await build({
    configFile: false,
    root: '.',
    logLevel: 'warn',
    publicDir: false,
    define: { __FIRST__: JSON.stringify(first) },
    build: {
      outDir: 'dist/widget',
      emptyOutDir: true,
      target: 'es2022',
      cssTarget: ['chrome123', 'firefox121', 'safari17.5'], // or color-scheme is spelled out, which none of its rules needs
      reportCompressedSize: false,
      lib: { entry: 'src/widget/main.ts', name: 'KnowhowWidget', formats: ['iife'], fileName: () => 'widget.js' },
    },
  });
  mkdirSync('dist/widget/words');
  for (const [lang, said] of Object.entries(messages)) {
    const { textInfo } = new Intl.Locale(lang);
    writeFileSync(`dist/widget/words/${lang}.json`, JSON.stringify({ lang, dir: textInfo?.direction ?? 'ltr', messages: said }));
  }
}

// A .br has to be smaller than the .gz by this many bytes: both are in the program.
const gain = 200;

// compress writes .gz and .br beside every file that gains by it.
function compress(dir) {
  if (!existsSync(dir)) return;
  for (const item of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (!item.isFile() || !/\.(js|css|svg|json|webmanifest)$/.test(item.name) || item.parentPath.includes('.vite')) continue;
    if (item.name.startsWith('_')) throw new Error(`${item.name} would not be compiled in: give it a name without the underscore`);
    const file = join(item.parentPath, item.name);
    const plain = readFileSync(file);
    const small = { gz: gzipSync(plain, { level: 9 }), br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }) };
    if (small.gz.length < plain.length) writeFileSync(`${file}.gz`, small.gz);
    if (small.br.length + gain < Math.min(small.gz.length, plain.length)) writeFileSync(`${file}.br`, small.br);
    // The program unpacks what few ask for: it is smaller by what is not in it twice.
    if (file.includes('/assets/') && small.gz.length < plain.length) rmSync(file);
  }
}

const only = process.argv[2]; // apps or widget; neither: both
if (only !== 'widget') {
  types();
  check();
  await apps();
  compress('dist/app');
}
if (only !== 'apps') {
  await widget();
  compress('dist/widget');
}
