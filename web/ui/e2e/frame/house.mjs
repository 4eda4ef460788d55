// A house of one's own: `knowhow serve --demo` on a copy of the filled demo,
// at a port of its own, which can be stopped and started again.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const binary = resolve(process.env.KNOWHOW_BINARY ?? join(import.meta.dirname, '../../../../bin/knowhow'));
export const password = 'an orange light, blinking';
const patience = 120_000; // ms until it serves; a busy machine is slow to fill an empty file

/** A server of the demo, whose file is thrown away at the end. */
export class House {
  #child;
  #said = '';
  #log = '';

  /** Starts one: on a copy of the file named by KNOWHOW_FILLED where there is one, which saves filling it. */
  static async start(flags = []) {
    const house = new House();
    house.dir = mkdtempSync(join(tmpdir(), 'knowhow-e2e-'));
    house.file = join(house.dir, 'demo.db');
    house.flags = flags;
    const filled = process.env.KNOWHOW_FILLED;
    if (filled) for (const end of ['', '.keys', '-wal']) if (existsSync(filled + end)) copyFileSync(filled + end, house.file + end);
    await house.#serve('127.0.0.1:0');
    return house;
  }

  async #serve(listen) {
    this.#said = '';
    const limits = ['caller', 'address', 'sign-in', 'customer-session'].map((limit) => `--${limit}-limit=100000`);
    const child = spawn(binary, ['serve', '--demo', '--listen', listen, '--database-url', `sqlite:${this.file}`, ...limits, ...this.flags], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child; // and one of its own, which serves: the two are a group
    const last = () => this.#kill('SIGKILL');
    process.once('exit', last);
    child.once('close', () => process.off('exit', last));
    child.stderr.on('data', (text) => (this.#log += text));
    await new Promise((open, failed) => {
      const late = setTimeout(() => failed(new Error(`not serving after ${patience / 1000} s:\n${this.#log}`)), patience);
      child.once('error', failed);
      child.once('exit', (code) => failed(new Error(`serve ended with ${code}:\n${this.#log}`)));
      child.stdout.on('data', (text) => {
        this.#said += text;
        if (!/Sign in as/.test(this.#said)) return;
        clearTimeout(late);
        open();
      });
    });
    this.url = /^Serving (\S+)/m.exec(this.#said)[1];
    const demo = await (await fetch(`${this.url}/api/v1/demo`)).json();
    this.program = demo.program;
    this.people = demo.people;
  }

  /** Ends the server, as an operator would, or as a power cut does. */
  async stop(signal = 'SIGTERM') {
    if (this.#gone) return;
    const gone = new Promise((done) => this.#child.once('close', done));
    this.#kill(signal);
    await gone;
  }

  #kill(signal) {
    if (this.#gone) return;
    if (signal === 'SIGKILL') process.kill(-this.#child.pid, signal); // all at once
    else this.#child.kill(signal);
  }

  get #gone() {
    return !this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Starts it again where it was, at the same address. */
  async again() {
    await this.#serve(new URL(this.url).host);
  }

  /** What the server logged as errors. */
  get errors() {
    return this.#log.split('\n').filter((line) => /"level":"ERROR"|panic/.test(line));
  }

  async close() {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Fills a file to be copied; the caller removes its directory. */
export async function fill(dir) {
  const house = await House.start();
  await house.stop();
  const filled = join(dir, 'demo.db');
  for (const end of ['', '.keys', '-wal']) if (existsSync(house.file + end)) copyFileSync(house.file + end, filled + end);
  await house.close();
  return filled;
}
