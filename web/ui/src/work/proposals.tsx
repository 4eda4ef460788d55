import { Await, client, Empty, FormDialog, key, More, type Schemas, useConfirm, useDraft, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Stack, Text, Textarea, TextInput } from '@mantine/core';
import Megaphone from 'lucide-react/icons/megaphone';
import { useState } from 'react';

type Proposal = Schemas['RoomProposal'];

const listed = '/api/v1/programs/{program}/proposals';
const stale = [key(listed)];
const tones: Record<string, string> = { gathering: 'honey', carried: 'pine', answered: 'pine', lapsed: 'gray' };

/** What the experts of a program propose to its brand. */
export function Proposals({ program }: { program: string }) {
  const { t } = useI18n();
  const rows = usePages<Proposal>(listed, async (cursor) => (await client.GET(listed, { params: { path: { program }, query: { cursor } } })).data!, { program });
  return (
    <>
      <Group justify="space-between">
        <Text c="dimmed" style={{ flex: '1 1 260px' }}>
          {t('propose.about')}
        </Text>
        <Propose program={program} />
      </Group>
      <Await read={rows}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t('propose.none')} icon={<Megaphone size={28} />}>
              {t('propose.none.text')}
            </Empty>
          ) : (
            <>
              {list.map((proposal) => (
                <One key={proposal.id} program={program} proposal={proposal} />
              ))}
              <More of={rows} />
            </>
          )
        }
      </Await>
    </>
  );
}

function Propose({ program }: { program: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [form, setForm, clear] = useDraft(`proposal.${program}`, { title: '', text: '' });
  const propose = useWrite(() => client.POST(listed, { params: { path: { program } }, body: { title: form.title.trim(), text: form.text.trim() } }), {
    stale,
    after: () => {
      clear();
      setOpen(false);
    },
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('propose.add')}</Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('propose.add')} busy={propose.isPending} disabled={!form.title.trim() || !form.text.trim()} send={() => propose.mutate()}>
        <Text size="sm" c="dimmed">
          {t('propose.add.text')}
        </Text>
        <TextInput label={t('propose.subject')} required maxLength={120} value={form.title} onChange={(e) => setForm({ ...form, title: e.currentTarget.value })} dir="auto" data-autofocus />
        <Textarea label={t('propose.text')} required autosize minRows={4} maxLength={4000} value={form.text} onChange={(e) => setForm({ ...form, text: e.currentTarget.value })} dir="auto" />
      </FormDialog>
    </>
  );
}

function One({ program, proposal }: { program: string; proposal: Proposal }) {
  const { t } = useI18n();
  const confirm = useConfirm();
  const path = { program, proposal: proposal.id };
  const support = useWrite((wanted: boolean) => client.PUT('/api/v1/programs/{program}/proposals/{proposal}/support', { params: { path }, body: { support: wanted } }), { stale });
  const withdraw = useWrite(() => client.DELETE('/api/v1/programs/{program}/proposals/{proposal}', { params: { path } }), { stale, done: t('saved') });
  return (
    <Paper component="article">
      <Stack gap="sm">
        <div className={layout.row}>
          <h2 className={layout.subject} style={{ margin: 0 }} dir="auto">
            {proposal.title}
          </h2>
          <Badge color={tones[proposal.state]}>{t(`propose.${proposal.state}`)}</Badge>
        </div>
        <Text dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {proposal.text}
        </Text>
        <Text size="sm">{t('propose.support', { n: proposal.support, of: proposal.threshold })}</Text>
        {proposal.state === 'gathering' && (
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {t('propose.until')} <When at={proposal.closes_at} absolute />
            </Text>
            <Group gap="xs">
              {proposal.own && (
                <Button size="compact-md" variant="subtle" color="gray" onClick={() => confirm.ask({ title: t('propose.withdraw'), yes: t('propose.withdraw'), danger: true, act: () => withdraw.mutateAsync() })}>
                  {t('propose.withdraw')}
                </Button>
              )}
              <Button variant={proposal.supported ? 'default' : 'filled'} aria-pressed={proposal.supported} loading={support.isPending} onClick={() => support.mutate(!proposal.supported)}>
                {t(proposal.supported ? 'propose.unsupport' : 'propose.do_support')}
              </Button>
            </Group>
          </Group>
        )}
        {proposal.state === 'carried' && proposal.answer_due_at && (
          <Text size="sm" c="dimmed">
            {t('propose.due')} <When at={proposal.answer_due_at} absolute />
          </Text>
        )}
        {proposal.state === 'answered' && (
          <div>
            <strong>{t(`propose.answer.${proposal.answer || 'partly'}`)}</strong>
            <Text dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {proposal.answer_text}
            </Text>
          </div>
        )}
      </Stack>
      {confirm.dialog}
    </Paper>
  );
}
