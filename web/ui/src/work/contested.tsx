import { type key, useDraft, useI18n, useWrite, When } from '@kit/index';
import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';

interface Contested {
  evidence?: string;
  statement?: string;
  state: string;
  decide_by?: string | null;
  decision?: string;
}

/** Why somebody decided against one and what shows it, what one said to that, and what came of it. */
export function Grounds({ of, why, otherwise }: { of: Contested; why: string; otherwise: string }) {
  const { t } = useI18n();
  return (
    <>
      <div>
        <strong>{why}</strong>
        {of.evidence && (
          <Text dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
            {of.evidence}
          </Text>
        )}
      </div>
      {of.statement && (
        <div>
          <strong>{t('refusals.your_statement')}</strong>
          <Text dir="auto">{of.statement}</Text>
        </div>
      )}
      {of.state === 'appealed' && of.decide_by && (
        <Text c="dimmed">
          {t('refusals.decide_by')} <When at={of.decide_by} absolute />. {otherwise}
        </Text>
      )}
      {of.decision && (
        <div>
          <strong>{t('refusals.decision')}</strong>
          <Text dir="auto">{of.decision}</Text>
        </div>
      )}
    </>
  );
}

/** Where one says why it was wrong: kept as a draft until it is sent. */
export function AppealForm({ id, label, about, until, stale, send }: { id: string; label: string; about: string; until?: ReactNode; stale: ReturnType<typeof key>[]; send: (statement: string) => Promise<unknown> }) {
  const { t } = useI18n();
  const [statement, setStatement, clear] = useDraft(`appeal.${id}`, '');
  const appeal = useWrite(
    async () => {
      await send(statement.trim());
      clear();
    },
    { stale, done: t('refusals.appealed') },
  );
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        appeal.mutate();
      }}
    >
      <Stack gap="sm">
        <Textarea label={label} description={about} value={statement} onChange={(e) => setStatement(e.currentTarget.value)} autosize minRows={4} maxLength={4000} required dir="auto" />
        <Group justify={until ? 'space-between' : 'flex-end'}>
          {until && (
            <Text size="sm" c="dimmed">
              {until}
            </Text>
          )}
          <Button type="submit" loading={appeal.isPending} disabled={!statement.trim()}>
            {t('refusals.appeal')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
