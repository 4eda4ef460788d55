import { send, useI18n, useWrite } from '@kit/index';
import { Anchor, Button, Group } from '@mantine/core';
import Download from 'lucide-react/icons/download';

/** Saves the signed record of one's work, byte by byte as it was signed. */
export function RecordButton() {
  const { t } = useI18n();
  const take = useWrite(async () => {
    const answer = await send(new Request(new URL('/api/v1/me/expert/record', location.origin)));
    const address = URL.createObjectURL(await answer.blob());
    const link = document.createElement('a');
    link.href = address;
    link.download = 'work-record.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  });
  return (
    <Group gap="sm">
      <Button variant="default" leftSection={<Download size={17} aria-hidden />} loading={take.isPending} onClick={() => take.mutate()}>
        {t('record.take')}
      </Button>
      <Anchor href="/record" size="sm">
        {t('record.check')}
      </Anchor>
    </Group>
  );
}
