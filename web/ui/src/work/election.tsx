import { $api, Await, client, FormDialog, key, type Schemas, useConfirm, useI18n, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

type View = Schemas['Election'];

const path = '/api/v1/programs/{program}/election';
const stale = [key(path)];

/** Who speaks for the experts of a program, and the election of the next. */
export function Election({ program }: { program: string }) {
  const { t } = useI18n();
  const params = { params: { path: { program } } };
  const election = $api.useQuery('get', path, params);
  const call = useWrite(() => client.POST(path, params), { stale, done: t('election.called') });
  return (
    <Await read={election}>
      {(view) => (
        <>
          <Paper>
            <h2 className={layout.subject}>{t('election.speak')}</h2>
            {view.spokespeople.length === 0 && <Text c="dimmed">{t('election.nobody')}</Text>}
            <Stack gap={4}>
              {view.spokespeople.map((person) => (
                <Text key={person.handle}>
                  <strong dir="ltr">{person.handle}</strong> · {t('election.until')} <When at={person.until} absolute />
                </Text>
              ))}
            </Stack>
            <Text size="sm" c="dimmed" mt="sm">
              {t('election.about')}
            </Text>
            {view.may_call && (
              <Button mt="md" variant="light" loading={call.isPending} onClick={() => call.mutate()}>
                {t('election.call')}
              </Button>
            )}
          </Paper>
          {view.state !== '' && <Latest program={program} view={view} />}
        </>
      )}
    </Await>
  );
}

function Latest({ program, view }: { program: string; view: View }) {
  const { t } = useI18n();
  return (
    <Paper>
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          {t(`election.${view.state || 'closed'}`)}
        </h2>
        <Text size="sm" c="dimmed">
          {view.state === 'nominating' && view.vote_at && <When at={view.vote_at} absolute />}
          {view.state === 'voting' && view.close_at && <When at={view.close_at} absolute />}
        </Text>
      </div>
      <Text size="sm" c="dimmed" mb="md">
        {t('election.seats', { n: view.seats })}
        {view.state !== 'nominating' && ` · ${t('election.voted', { n: view.voted })}`}
      </Text>
      {view.state === 'voting' && !view.has_voted ? <Ballot program={program} view={view} /> : <Candidates view={view} />}
      {view.state === 'voting' && view.has_voted && <Text mt="md">{t('election.has_voted')}</Text>}
      {view.state === 'nominating' && <Standing program={program} own={view.candidates.some((c) => c.own)} />}
      {view.state === 'closed' && view.seed && (
        <details style={{ marginTop: 14 }}>
          <summary>{t('election.lot')}</summary>
          <Text size="sm" c="dimmed" mt="xs">
            {t('election.lot.text')}
          </Text>
          <code dir="ltr" style={{ overflowWrap: 'anywhere' }}>
            {view.seed}
          </code>
        </details>
      )}
    </Paper>
  );
}

function Candidates({ view }: { view: View }) {
  const { t } = useI18n();
  if (!view.candidates.length) return <Text c="dimmed">{t('election.no_candidates')}</Text>;
  return (
    <Stack gap="sm">
      {view.candidates.map((c) => (
        <div key={c.handle}>
          <Group gap="xs">
            <strong dir="ltr">{c.handle}</strong>
            {c.elected && <Badge>{t('election.elected')}</Badge>}
            {view.state === 'closed' && <Text size="sm">{t('election.votes', { n: c.votes })}</Text>}
          </Group>
          <Text dir="auto" c="dimmed" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {c.statement}
          </Text>
        </div>
      ))}
    </Stack>
  );
}

function Ballot({ program, view }: { program: string; view: View }) {
  const { t } = useI18n();
  const confirm = useConfirm();
  const [choice, setChoice] = useState('');
  const vote = useWrite(() => client.POST('/api/v1/programs/{program}/election/vote', { params: { path: { program } }, body: { candidate: choice } }), { stale, done: t('election.has_voted') });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        confirm.ask({ title: t('election.vote_for', { name: choice }), text: <Text>{t('election.vote.text')}</Text>, yes: t('election.vote'), act: () => vote.mutateAsync() });
      }}
    >
      <Radio.Group label={t('election.ballot')} value={choice} onChange={setChoice}>
        <Stack gap="sm" mt="xs">
          {view.candidates.map((c) => (
            <Radio key={c.handle} value={c.handle} label={<bdi>{c.handle}</bdi>} description={<bdi>{c.statement}</bdi>} />
          ))}
        </Stack>
      </Radio.Group>
      <Button type="submit" mt="md" disabled={!choice} loading={vote.isPending}>
        {t('election.vote')}
      </Button>
      {confirm.dialog}
    </form>
  );
}

function Standing({ program, own }: { program: string; own: boolean }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [statement, setStatement] = useState('');
  const params = { params: { path: { program } } };
  const stand = useWrite(() => client.PUT('/api/v1/programs/{program}/election/candidacy', { ...params, body: { statement: statement.trim() } }), { stale, done: t('saved'), after: () => setOpen(false) });
  const down = useWrite(() => client.DELETE('/api/v1/programs/{program}/election/candidacy', params), { stale, done: t('saved') });
  return (
    <Group mt="md">
      <Button variant="light" onClick={() => setOpen(true)}>
        {t(own ? 'election.restate' : 'election.stand')}
      </Button>
      {own && (
        <Button variant="subtle" color="gray" loading={down.isPending} onClick={() => down.mutate()}>
          {t('election.down')}
        </Button>
      )}
      <FormDialog open={open} close={() => setOpen(false)} title={t('election.stand')} busy={stand.isPending} disabled={!statement.trim()} send={() => stand.mutate()}>
        <Textarea label={t('election.statement')} description={t('election.statement.text')} required autosize minRows={3} maxLength={900} value={statement} onChange={(e) => setStatement(e.currentTarget.value)} dir="auto" data-autofocus />
      </FormDialog>
    </Group>
  );
}
