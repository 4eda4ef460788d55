import { send, useWrite } from '@kit/index';
import { Button } from '@mantine/core';

/** An answer of the API as a file, in a form of its own. It is read as whoever is signed in, so a link would not do. */
export function File({ path, form, name, label, lang }: { path: string; form: 'csv' | 'pdf'; name: string; label: string; lang?: string }) {
  const load = useWrite(async () => {
    const request = new Request(new URL(`${path}?format=${form}`, location.href), { headers: lang ? { 'Accept-Language': lang } : {} });
    const url = URL.createObjectURL(await (await send(request)).blob());
    const link = document.createElement('a');
    link.href = url;
    link.download = `${name}.${form}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });
  return (
    <Button variant="default" size="sm" loading={load.isPending} onClick={() => load.mutate()}>
      {label}
    </Button>
  );
}
