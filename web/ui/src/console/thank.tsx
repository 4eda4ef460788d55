import { client, FormDialog, key, type Schemas, useI18n, useWrite } from '@kit/index';
import { Button, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useBrand } from './place';
import { MoneyInput } from './policyfields';

/** A bonus for whoever answered: how much, and why. Nothing of their reward follows from it. */
export function Thank({ question, turn }: { question: string; turn: Schemas['TurnReceipt'] }) {
  const { t } = useI18n();
  const { path } = useBrand();
  const [open, setOpen] = useState(false);
  const currency = turn.reward?.currency ?? 'EUR';
  const [amount, setAmount] = useState(turn.reward?.amount ?? 0);
  const [reason, setReason] = useState('');
  const give = useWrite(
    () => client.POST('/api/v1/brands/{brand}/questions/{question}/thanks', { params: { path: { ...path, question } }, body: { attempt: turn.attempt, amount, reason: reason.trim() } }),
    {
      stale: [key('/api/v1/brands/{brand}/questions/{question}/receipt')],
      done: t('thank.done'),
      after: () => {
        setOpen(false);
        setReason('');
      },
    },
  );
  const title = t('thank.title', { name: turn.expert });
  return (
    <div>
      <Button variant="default" onClick={() => setOpen(true)}>
        {title}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={title} yes={t('thank.yes')} busy={give.isPending} disabled={amount < 1 || !reason.trim()} send={() => give.mutate()}>
        <Text size="sm">{t('thank.text')}</Text>
        <MoneyInput label={t('thank.amount')} currency={currency} value={amount} set={setAmount} />
        <Textarea label={t('thank.reason')} description={t('thank.reason.text')} required autosize minRows={2} maxLength={500} dir="auto" value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      </FormDialog>
    </div>
  );
}
