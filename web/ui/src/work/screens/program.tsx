import { $api, ApiError, Await, client, Failed, key, Loading, Money, Page, type Schemas, useCodes, useConfirm, useDraft, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Badge, Button, Checkbox, Group, Paper, Stack, Text, Textarea } from '@mantine/core';
import Check from 'lucide-react/icons/check';
import { type ReactNode, useState } from 'react';
import { useParams } from 'wouter';
import { toneOf } from '../enrolment';
import { Quiz } from '../quiz';
import { Terms } from '../terms';
import css from '../work.module.css';

type Own = Schemas['OwnEnrolment'];
type About = Schemas['PublicProgram'];

const stale = [key('/api/v1/programs/{program}/application'), key('/api/v1/me/enrolments'), key('/api/v1/offers')];

/** One program: what it asks, how far one has come, and what one answers there. */
export default function Program() {
  const { t } = useI18n();
  const { program = '' } = useParams();
  const params = { params: { path: { program } } };
  const about = $api.useQuery('get', '/api/v1/programs/{program}/public', params, { retry: false });
  const own = $api.useQuery('get', '/api/v1/programs/{program}/application', params, {
    retry: false,
    refetchInterval: ({ state }) => (waits(state.data) ? 15_000 : false), // nobody tells of a decision, so look
  });
  const none = own.error instanceof ApiError && own.error.status === 404;
  if (own.isPending || about.isPending) return <Loading />;
  const error = own.error && !none ? own.error : none ? about.error : null; // one's own is shown even when nobody else may see it
  return (
    <Page title={about.data ? `${about.data.brand_name}: ${about.data.name}` : t('programs.one')} back={{ to: '/programs', label: t('programs.title') }} narrow>
      {error ? (
        <Failed error={error} retry={() => void Promise.all([own.refetch(), about.refetch()])} />
      ) : (
        <div className={layout.stack}>
          {about.data && <Facts about={about.data} />}
          {own.data && !['applied', 'assessing', 'rejected', 'left'].includes(own.data.state) ? (
            <Working program={program} own={own.data} about={about.data} />
          ) : (
            <Path program={program} own={own.data} />
          )}
        </div>
      )}
    </Page>
  );
}

function waits(own: Own | undefined) {
  return own?.state === 'applied' || own?.state === 'assessing';
}

function Facts({ about }: { about: About }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <Paper>
      <div className={layout.row}>
        <div>
          <Text size="sm" c="dimmed">
            {t('program.from')}
          </Text>
          <Money of={about.reward_from} big />
        </div>
        <div>
          <Text size="sm" c="dimmed">
            {t('program.languages')}
          </Text>
          <strong>{format.list(about.languages.map(format.language))}</strong>
        </div>
        <div>
          <Text size="sm" c="dimmed">
            {t('program.first_response')}
          </Text>
          <strong>{format.duration(about.first_response_s, 'long')}</strong>
        </div>
      </div>
    </Paper>
  );
}

/** Apply, terms, quiz, and somebody's look at it all. */
function Path({ program, own }: { program: string; own: Own | undefined }) {
  const { t, has } = useI18n();
  const codes = useCodes();
  const path = { params: { path: { program } } };
  const applied = own !== undefined && own.state !== 'left' && own.state !== 'rejected';
  const quiz = $api.useQuery('get', '/api/v1/programs/{program}/application/quiz', path, { enabled: applied, retry: false });
  const terms = $api.useQuery('get', '/api/v1/programs/{program}/terms', path, { enabled: applied, retry: false });
  const assessing = own?.state === 'assessing'; // the terms are agreed to
  const steps: { name: string; done: boolean; content: ReactNode }[] = [
    { name: t('path.apply'), done: applied, content: <Apply program={program} own={own} /> },
    { name: t('path.terms'), done: assessing, content: <Await read={terms}>{(found) => <Terms program={program} terms={found} />}</Await> },
    {
      name: t('path.quiz'),
      done: assessing && (quiz.data?.version === 0 || quiz.data?.last?.passed === true),
      content: <Await read={quiz}>{(found) => <Quiz program={program} quiz={found} />}</Await>,
    },
    { name: t('path.decision'), done: false, content: <Text c="dimmed">{t('path.decision.text')}</Text> },
  ];
  const now = steps.findIndex((step) => !step.done);
  return (
    <>
      {own?.state === 'rejected' && (
        <Alert color="brick" title={t('path.rejected')}>
          {own.decision && <Text>{has(`decision.${own.decision}`) ? codes('decision', own.decision) : own.decision}</Text>}
          {own.note && <Text dir="auto">{own.note}</Text>}
        </Alert>
      )}
      <Paper>
        <ol className={css.steps}>
          {steps.map((step, i) => (
            <li key={step.name} className={css.step} data-state={step.done ? 'done' : i === now ? 'now' : 'next'} aria-current={i === now ? 'step' : undefined}>
              <span className={css.dot} aria-hidden>
                {step.done ? <Check size={18} /> : i + 1}
              </span>
              <div>
                <h2 className={layout.subject} style={{ marginTop: 5 }}>
                  {step.name}
                  {step.done && <span className="kh-hidden"> ({t('path.done')})</span>}
                </h2>
                {i === now && step.content}
              </div>
            </li>
          ))}
        </ol>
      </Paper>
    </>
  );
}

function Apply({ program }: { program: string; own: Own | undefined }) {
  const { t } = useI18n();
  const [motivation, setMotivation, clear] = useDraft(`apply.${program}`, '');
  const apply = useWrite(
    async () => {
      await client.POST('/api/v1/programs/{program}/application', { params: { path: { program } }, body: { motivation: motivation.trim() } });
      clear();
    },
    { stale, done: t('path.applied') },
  );
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        apply.mutate();
      }}
    >
      <Stack>
        <Textarea label={t('path.motivation')} description={t('path.motivation.text')} value={motivation} onChange={(e) => setMotivation(e.currentTarget.value)} autosize minRows={4} maxLength={4000} required dir="auto" />
        <Group>
          <Button type="submit" loading={apply.isPending} disabled={!motivation.trim()}>
            {t('path.apply')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Working({ program, own, about }: { program: string; own: Own; about: About | undefined }) {
  const { t } = useI18n();
  const codes = useCodes();
  const confirm = useConfirm();
  const move = useWrite(
    async (verb: 'pause' | 'resume' | 'leave') => {
      const params = { params: { path: { program } } };
      if (verb === 'pause') await client.POST('/api/v1/programs/{program}/application/pause', params);
      else if (verb === 'resume') await client.POST('/api/v1/programs/{program}/application/resume', params);
      else await client.POST('/api/v1/programs/{program}/application/leave', params);
    },
    { stale, done: t('saved') },
  );
  return (
    <>
      <Paper>
        <div className={layout.row}>
          <Group gap="sm">
            <strong>{t('program.you')}</strong>
            <Badge color={toneOf(own.state)}>{codes('enrolment', own.state)}</Badge>
          </Group>
          <Group gap="xs">
            {own.state === 'paused' && <Button onClick={() => move.mutate('resume')}>{t('program.resume')}</Button>}
            {(own.state === 'active' || own.state === 'probation') && (
              <Button variant="default" onClick={() => move.mutate('pause')}>
                {t('program.pause')}
              </Button>
            )}
            <Button variant="subtle" color="gray" onClick={() => confirm.ask({ title: t('program.leave'), text: t('program.leave.text'), yes: t('program.leave'), danger: true, act: () => move.mutateAsync('leave') })}>
              {t('program.leave')}
            </Button>
          </Group>
        </div>
        <Text c="dimmed" mt="xs">
          {codes('enrolment.means', own.state)}
        </Text>
        {own.note && (
          <Text mt="xs" dir="auto">
            {own.note}
          </Text>
        )}
      </Paper>
      {about && <Topics program={program} own={own} about={about} />}
      {confirm.dialog}
    </>
  );
}

/** The topics one wants questions of; none chosen means all. */
function Topics({ program, own, about }: { program: string; own: Own; about: About }) {
  const { t } = useI18n();
  const [topics, setTopics] = useState(own.topics);
  const set = useWrite(async () => (await client.PUT('/api/v1/programs/{program}/application/topics', { params: { path: { program } }, body: { topics } })).data, { stale, done: t('saved') });
  const open = about.topics.filter((topic) => topic.mode !== 'brand-only');
  return (
    <Paper>
      <h2 className={layout.subject}>{t('program.topics')}</h2>
      <Checkbox.Group value={topics} onChange={setTopics} description={t('program.topics.text')} aria-label={t('program.topics')}>
        <div className={css.grid} style={{ gap: 10, marginTop: 12 }}>
          {open.map((topic) => (
            <Checkbox
              key={topic.slug}
              value={topic.slug}
              label={topic.name}
              description={topic.mode === 'certified' ? t(own.certified.includes(topic.slug) ? 'program.certified' : 'program.needs_certificate') : undefined}
            />
          ))}
        </div>
      </Checkbox.Group>
      <Group mt="lg">
        <Button onClick={() => set.mutate()} loading={set.isPending}>
          {t('save')}
        </Button>
      </Group>
    </Paper>
  );
}
