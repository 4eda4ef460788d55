import { client, FormDialog, key, type Schemas, useCodes, useDraft, useI18n, useWrite } from '@kit/index';
import { Button, Radio, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';

const reasons = ['beyond_my_knowledge', 'needs_account_access', 'wrong_topic', 'wrong_language', 'no_time', 'other'] as const;
type Reason = (typeof reasons)[number];

/** Gives the question back for somebody else, with a note for them. */
export function HandBack({ turn }: { turn: Schemas['Assignment'] }) {
  const { t } = useI18n();
  const codes = useCodes();
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<Reason | ''>('');
  const [note, setNote, clear] = useDraft(`handback.${turn.id}`, '');
  const back = useWrite(
    async () => {
      await client.POST('/api/v1/assignments/{assignment}/hand_back', { params: { path: { assignment: turn.id } }, body: { reason: reason as Reason, note: note.trim() || undefined } });
      clear();
    },
    { stale: [key('/api/v1/assignments'), key('/api/v1/me/expert')], done: t('handback.done'), after: () => go('/turns') },
  );
  return (
    <>
      <Button variant="default" fullWidth onClick={() => setOpen(true)}>
        {t('handback.title')}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('handback.title')} yes={t('handback.do')} busy={back.isPending} disabled={!reason} send={() => back.mutate()}>
        <Radio.Group label={t('handback.why')} value={reason} onChange={(v) => setReason(v as Reason)} required>
          <Stack gap="xs" mt="xs">
            {reasons.map((value) => (
              <Radio key={value} value={value} label={codes('handback', value)} />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea label={t('handback.note')} description={t('handback.note.text')} value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={3} maxLength={2000} dir="auto" />
      </FormDialog>
    </>
  );
}
