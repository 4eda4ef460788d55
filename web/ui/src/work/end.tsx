import { client, FormDialog, key, type Schemas, useCodes, useI18n, useWrite } from '@kit/index';
import { Button, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

const reasons = ['abusive', 'threat', 'unlawful', 'spam'] as const;

type Reason = (typeof reasons)[number];

/** Ends a conversation that nobody has to bear. It is paid, and always looked at. */
export function End({ turn }: { turn: Schemas['Assignment'] }) {
  const { t } = useI18n();
  const codes = useCodes();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<Reason | ''>('');
  const [note, setNote] = useState('');
  const [message, setMessage] = useState('');
  const end = useWrite(async () => (await client.POST('/api/v1/assignments/{assignment}/end', { params: { path: { assignment: turn.id } }, body: { reason: reason as Reason, note: note.trim(), ...(message.trim() ? { message: message.trim() } : {}) } })).data, {
    stale: [key('/api/v1/assignments'), key('/api/v1/assignments/{assignment}'), key('/api/v1/work/questions/{question}'), key('/api/v1/me/expert')],
    done: t('end.done'),
    after: () => setOpen(false),
  });
  return (
    <>
      <Button variant="subtle" color="brick" fullWidth onClick={() => setOpen(true)}>
        {t('end.title')}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('end.title')} yes={t('end.do')} danger busy={end.isPending} disabled={!reason} send={() => end.mutate()}>
        <Text>{t('end.text')}</Text>
        <Radio.Group label={t('end.why')} value={reason} onChange={(v) => setReason(v as Reason)} required>
          <Stack gap="xs" mt="xs">
            {reasons.map((value) => (
              <Radio key={value} value={value} label={codes('end', value)} />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea label={t('end.note')} description={t('end.note.text')} value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={2} maxLength={2000} dir="auto" />
        <Textarea label={t('end.message')} description={t('end.message.text')} value={message} onChange={(e) => setMessage(e.currentTarget.value)} autosize minRows={2} maxLength={2000} dir="auto" />
      </FormDialog>
    </>
  );
}
