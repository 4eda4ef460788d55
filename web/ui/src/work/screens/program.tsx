import { $api, ApiError, client, Failed, HourGrid, key, Loading, Money, OpenBooks, Page, type Schemas, useCodes, useConfirm, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Anchor, Badge, Button, Checkbox, Group, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { Cards } from '../cards';
import { toneOf } from '../enrolment';
import { Path } from '../path';
import { RecordButton } from '../record';
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
            <Path program={program} own={own.data} about={about.data} />
          )}
          {about.data && (
            <section>
              <h2 className={layout.subject}>{t('books.title')}</h2>
              <OpenBooks program={program} />
            </section>
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
      {about.questions_by_hour && (
        <details style={{ marginTop: 14 }}>
          <summary>{t('program.hours')}</summary>
          <Text size="sm" c="dimmed" my="xs">
            {t('program.hours.text')}
          </Text>
          <HourGrid of={about.questions_by_hour} title={t('program.hours')} />
        </details>
      )}
    </Paper>
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
            <Button variant="subtle" color="gray" onClick={() => confirm.ask({ title: t('program.leave'), text: <Leaving />, yes: t('program.leave'), danger: true, act: () => move.mutateAsync('leave') })}>
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
      <Renewed program={program} />
      {own.state !== 'suspended' && (
        <Paper>
          <div className={layout.row}>
            <div>
              <h2 className={layout.subject} style={{ margin: 0 }}>
                {t('room.title')}
              </h2>
              <Text c="dimmed">{t('room.about')}</Text>
            </div>
            <Button variant="light" component={Link} href={`/programs/${program}/room`}>
              {t('room.go')}
            </Button>
          </div>
        </Paper>
      )}
      {about && <Topics program={program} own={own} about={about} />}
      <Paper>
        <h2 className={layout.subject}>{t('cards.title')}</h2>
        <Cards program={program} topics={new Map(about?.topics.map((topic) => [topic.slug, topic.name]))} />
      </Paper>
      {confirm.dialog}
    </>
  );
}

/** What leaving means, and one's record to take along. */
function Leaving() {
  const { t } = useI18n();
  return (
    <Stack gap="sm">
      <Text>{t('program.leave.text')}</Text>
      <Text>{t('record.text')}</Text>
      <div>
        <RecordButton />
      </div>
    </Stack>
  );
}

/** Terms that have changed since one agreed: one goes on working meanwhile. */
function Renewed({ program }: { program: string }) {
  const { t } = useI18n();
  const onboarding = $api.useQuery('get', '/api/v1/programs/{program}/application/onboarding', { params: { path: { program } } }, { retry: false });
  if (!onboarding.data?.terms || onboarding.data.accepted_at) return null;
  return (
    <Paper>
      <Alert color="honey" title={t('terms.renewed')} mb="md">
        {t('terms.renewed.text')}
      </Alert>
      <Terms program={program} />
    </Paper>
  );
}

/** The topics one wants questions of; none chosen means all. */
function Topics({ program, own, about }: { program: string; own: Own; about: About }) {
  const { t } = useI18n();
  const [topics, setTopics] = useState(own.topics);
  const set = useWrite(async () => (await client.PUT('/api/v1/programs/{program}/application/topics', { params: { path: { program } }, body: { topics } })).data, { stale, done: t('saved') });
  const open = about.topics.filter((topic) => topic.mode !== 'brand-only');
  const toEarn = open.filter((topic) => topic.mode === 'certified' && !own.certified.includes(topic.slug));
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
      {toEarn.length > 0 && (
        <Stack gap={4} mt="lg">
          <Text size="sm" c="dimmed">
            {t('program.earn')}
          </Text>
          {toEarn.map((topic) => (
            <Anchor key={topic.slug} component={Link} href={`/programs/${program}/quiz/${topic.slug}`}>
              {t('program.quiz_of', { topic: topic.name })}
            </Anchor>
          ))}
        </Stack>
      )}
    </Paper>
  );
}
