import { $api, Await, Empty, Loading, Page, type Schemas, useFormat, useI18n, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Paper, Text } from '@mantine/core';
import ChartNoAxesColumn from 'lucide-react/icons/chart-no-axes-column';
import { Link } from 'wouter';
import { density } from '../belief';
import { Came, Chosen, Known } from '../standinglog';
import css from '../work.module.css';

type Belief = Schemas['Standing'];
type Enrolled = Schemas['EnrolmentSummary'];

/** What is believed of one's work, per topic: a distribution, and what is behind it. */
export default function StandingScreen() {
  const { t } = useI18n();
  const enrolments = $api.useQuery('get', '/api/v1/me/enrolments');
  return (
    <Page title={t('standing.title')} about={t('standing.about')} narrow>
      <Await read={enrolments} loading={<Loading height={180} rows={2} />}>
        {({ data }) => {
          const working = data.filter(({ enrolment }) => ['probation', 'active', 'paused', 'suspended'].includes(enrolment.state));
          if (!working.length) {
            return (
              <Empty title={t('standing.none')} icon={<ChartNoAxesColumn size={28} />} action={<Button component={Link} href="/programs">{t('programs.title')}</Button>}>
                {t('standing.none.text')}
              </Empty>
            );
          }
          return (
            <div className={layout.stack}>
              {working.map((enrolled) => (
                <OfProgram key={enrolled.enrolment.id} enrolled={enrolled} />
              ))}
              <Known />
            </div>
          );
        }}
      </Await>
    </Page>
  );
}

function OfProgram({ enrolled }: { enrolled: Enrolled }) {
  const { t } = useI18n();
  const program = enrolled.enrolment.program;
  const standings = $api.useQuery('get', '/api/v1/programs/{program}/application/standings', { params: { path: { program } } });
  const about = $api.useQuery('get', '/api/v1/programs/{program}/public', { params: { path: { program } } }, { retry: false });
  const names = new Map(about.data?.topics.map((topic) => [topic.slug, topic.name]));
  const name = (slug: string) => (slug ? (names.get(slug) ?? slug) : t('standing.no_topic'));
  return (
    <Paper>
      <h2 className={layout.subject}>
        {enrolled.brand_name} · {enrolled.program_name}
      </h2>
      <Await read={standings} loading={<Loading rows={2} height={70} />}>
        {({ data }) =>
          data.length === 0 ? (
            <Text c="dimmed">{t('standing.empty')}</Text>
          ) : (
            <div>
              {[...data]
                .sort((a, b) => b.evidence - a.evidence)
                .map((belief) => (
                  <OfTopic key={belief.topic} belief={belief} name={name(belief.topic)} />
                ))}
            </div>
          )
        }
      </Await>
      <Came program={program} name={name} />
      <Chosen program={program} name={name} />
    </Paper>
  );
}

function OfTopic({ belief, name }: { belief: Belief; name: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const range = { low: format.percent(belief.low), high: format.percent(belief.high) };
  const width = belief.high - belief.low;
  return (
    <div className={css.belief}>
      <div className={layout.row}>
        <strong>{name}</strong>
        <Text size="sm" c="dimmed" component="span">
          {t('standing.evidence', { count: belief.evidence })}
        </Text>
      </div>
      <Curve belief={belief} />
      <div className={css.ends} dir="ltr" aria-hidden>
        <span>{format.percent(0)}</span>
        <span>{format.percent(0.5)}</span>
        <span>{format.percent(1)}</span>
      </div>
      <Text size="sm">
        {t('standing.range', range)} {t(width > 0.4 ? 'standing.wide' : width > 0.16 ? 'standing.middling' : 'standing.narrow')}
      </Text>
      <Text size="sm" c="dimmed">
        {t('standing.last')} <When at={belief.last_at} />
      </Text>
    </div>
  );
}

function Curve({ belief }: { belief: Belief }) {
  const { all, sure } = density(belief);
  return (
    <svg className={css.curve} viewBox="0 0 200 64" preserveAspectRatio="none" aria-hidden>
      <path d={all} />
      <path d={sure} className={css.sure} />
    </svg>
  );
}
