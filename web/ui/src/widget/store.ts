// What this browser keeps between visits, per program. Where storage is not
// allowed, it lasts as long as the page.

export class Store {
  private data: Record<string, string> = {};

  constructor(private readonly name: string) {
    try {
      this.data = JSON.parse(localStorage.getItem(name) ?? '{}');
    } catch {
      // nothing was kept
    }
  }

  get(key: string): string | undefined {
    return this.data[key];
  }

  set(key: string, value: string | undefined): void {
    if (value) this.data[key] = value;
    else delete this.data[key];
    this.keep();
  }

  clear(): void {
    this.data = {};
    this.keep();
  }

  private keep(): void {
    try {
      localStorage.setItem(this.name, JSON.stringify(this.data));
    } catch {
      // it lasts as long as the page
    }
  }
}
