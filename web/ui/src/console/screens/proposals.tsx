import { Await, client, Empty, FormDialog, key, More, Page, type Schemas, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Select, Stack, Text, Textarea } from '@mantine/core';
import Megaphone from 'lucide-react/icons/megaphone';
import { useState } from 'react';
import { usePlace } from '../place';
import { rosterTabs, Tabs } from '../tabs';

type Proposal = Schemas['VoiceProposal'];
type Answer = Schemas['AnswerProposalInBody']['answer'];

const listed = '/api/v1/programs/{program}/carried_proposals';
const answers: Answer[] = ['accepted', 'partly', 'declined'];

/** What the program's experts propose, once enough of them support it: the brand answers in time. */
export default function Proposals() {
  const { t } = useI18n();
  const { program } = usePlace();
  return (
    <Page title={t('voice.title')} about={t('voice.about')}>
      <Tabs label={t('roster.title')} of={rosterTabs} />
      {program && <List key={program.id} program={program.id} />}
    </Page>
  );
}

function List({ program }: { program: string }) {
  const { t } = useI18n();
  const rows = usePages<Proposal>(listed, async (cursor) => (await client.GET(listed, { params: { path: { program }, query: { cursor } } })).data!, { program });
  return (
    <Await read={rows}>
      {(list) =>
        list.length === 0 ? (
          <Empty title={t('voice.none')} icon={<Megaphone size={28} />}>
            {t('voice.none.text')}
          </Empty>
        ) : (
          <div className={layout.stack}>
            {list.map((proposal) => (
              <One key={proposal.id} program={program} proposal={proposal} />
            ))}
            <More of={rows} />
          </div>
        )
      }
    </Await>
  );
}

function One({ program, proposal }: { program: string; proposal: Proposal }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [answer, setAnswer] = useState<Answer>('accepted');
  const [text, setText] = useState('');
  const send = useWrite(() => client.POST('/api/v1/programs/{program}/carried_proposals/{proposal}/answer', { params: { path: { program, proposal: proposal.id } }, body: { answer, text: text.trim() } }), {
    stale: [key(listed)],
    done: t('saved'),
    after: () => setOpen(false),
  });
  const waits = proposal.state === 'carried';
  return (
    <Paper component="article">
      <Stack gap="sm">
        <div className={layout.row}>
          <h2 className={layout.subject} style={{ margin: 0 }} dir="auto">
            {proposal.title}
          </h2>
          <Badge color={waits ? 'honey' : 'pine'}>{t(waits ? 'voice.waits' : `voice.${proposal.answer || 'partly'}`)}</Badge>
        </div>
        <Text dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {proposal.text}
        </Text>
        <Text size="sm" c="dimmed">
          {t('voice.support', { n: proposal.support, of: proposal.threshold })}
        </Text>
        {waits ? (
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {t('voice.due')} {proposal.answer_due_at && <When at={proposal.answer_due_at} absolute />}
            </Text>
            <Button onClick={() => setOpen(true)}>{t('voice.answer')}</Button>
          </Group>
        ) : (
          <Text dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {proposal.answer_text}
          </Text>
        )}
      </Stack>
      <FormDialog open={open} close={() => setOpen(false)} title={t('voice.answer')} busy={send.isPending} disabled={!text.trim()} send={() => send.mutate()}>
        <Text size="sm" c="dimmed">
          {t('voice.answer.text')}
        </Text>
        <Select label={t('voice.decision')} data={answers.map((value) => ({ value, label: t(`voice.${value}`) }))} value={answer} onChange={(value) => value && setAnswer(value as Answer)} allowDeselect={false} />
        <Textarea label={t('voice.words')} required autosize minRows={4} maxLength={4000} value={text} onChange={(e) => setText(e.currentTarget.value)} dir="auto" data-autofocus />
      </FormDialog>
    </Paper>
  );
}
