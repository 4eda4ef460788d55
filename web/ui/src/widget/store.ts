// What this browser keeps between visits, per program, the same in all its
// tabs. Where storage is not allowed, it lasts as long as the page.

export class Store {
  readonly #name: string;
  #data: Record<string, string> = {};
  #kept = true;

  constructor(name: string) {
    this.#name = name;
  }

  get(key: string): string | undefined {
    return this.#read()[key];
  }

  set(key: string, value: string | undefined): void {
    const data = this.#read(); // with what another tab kept since
    if (value) data[key] = value;
    else delete data[key];
    this.#keep(data);
  }

  clear(): void {
    this.#keep({});
  }

  #read(): Record<string, string> {
    if (this.#kept)
      try {
        this.#data = JSON.parse(localStorage.getItem(this.#name) ?? '{}');
      } catch {
        // nothing new can be known
      }
    return this.#data;
  }

  #keep(data: Record<string, string>): void {
    this.#data = data;
    try {
      localStorage.setItem(this.#name, JSON.stringify(data));
    } catch {
      this.#kept = false; // it lasts as long as the page
    }
  }
}
