import { type Key, useDraft, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, Textarea } from '@mantine/core';
import type { QueryKey } from '@tanstack/react-query';

/** Somebody other than who took a decision decides on the appeal against it, and says why. */
export function Decide({ draft, rejects, upholds, stale, send }: { draft: string; rejects: Key; upholds: Key; stale: QueryKey[]; send: (body: { upheld: boolean; reason: string }) => Promise<unknown> }) {
  const { t } = useI18n();
  const [reason, setReason, clear] = useDraft(draft, '');
  const decide = useWrite(
    async (upheld: boolean) => {
      await send({ upheld, reason: reason.trim() });
      clear();
    },
    { stale, done: t('appeals.done') },
  );
  return (
    <form className={layout.stack} style={{ gap: 12 }} onSubmit={(e) => e.preventDefault()}>
      <Textarea label={t('appeals.reason')} required autosize minRows={2} maxLength={4096} dir="auto" value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" disabled={!reason.trim()} loading={decide.isPending && decide.variables === false} onClick={() => decide.mutate(false)}>
          {t(rejects)}
        </Button>
        <Button disabled={!reason.trim()} loading={decide.isPending && decide.variables === true} onClick={() => decide.mutate(true)}>
          {t(upholds)}
        </Button>
      </Group>
    </form>
  );
}
