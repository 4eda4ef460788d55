import { send, useWrite } from '@kit/index';
import { Button } from '@mantine/core';

/** An answer of the API as a file. It is read as whoever is signed in, so a link would not do. */
export function Download({ path, query, name, label }: { path: string; query: Record<string, string>; name: string; label: string }) {
  const load = useWrite(async () => {
    const address = new URL(`${path}?${new URLSearchParams({ ...query, format: 'csv' })}`, location.href);
    const url = URL.createObjectURL(await (await send(new Request(address))).blob());
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });
  return (
    <Button variant="default" loading={load.isPending} onClick={() => load.mutate()}>
      {label}
    </Button>
  );
}
