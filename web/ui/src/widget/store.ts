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

  set(key: string, value?: string): void {
    const data = this.#read(); // with what another tab kept since
    if (value) data[key] = value;
    else delete data[key];
    this.#keep(data);
  }

  /** keep keeps pictures; it fails where the browser has no place for them, as at a page that came by plain HTTP.
   * They are at an address that the site has not, whose service worker may look into every cache. */
  async keep(key: string, pictures: Blob[]): Promise<void> {
    const form = new FormData();
    for (const picture of pictures) form.append('', picture);
    const all = await caches.open(this.#name);
    await (pictures[0] ? all.put(`/.knowhow/${key}`, new Response(form)) : all.delete(`/.knowhow/${key}`));
  }

  /** kept is what keep kept. */
  async kept(key: string): Promise<Blob[]> {
    const all = await caches.open(this.#name);
    const form = await (await all.match(`/.knowhow/${key}`))!.formData();
    return form.getAll('') as Blob[];
  }

  /** clear forgets all; where the browser has no place for pictures, none were kept. */
  async clear(): Promise<void> {
    this.#keep({});
    try {
      await caches.delete(this.#name);
    } catch {}
  }

  #read(): Record<string, string> {
    if (this.#kept)
      try {
        this.#data = JSON.parse(localStorage.getItem(this.#name)!) ?? {};
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
