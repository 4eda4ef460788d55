import { Await, client, Empty, Judged, key, Loading, Money, Page, type Schemas, useI18n, usePages, Verdict, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Paper, Text } from '@mantine/core';
import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import { Link, useLocation, useParams } from 'wouter';

/** Somebody's work, blind: no names, and no pay but one's own. */
export default function Vote() {
  const { t } = useI18n();
  const { vote = '' } = useParams();
  const votes = usePages<Schemas['AskedVote']>('/api/v1/me/votes', async (cursor) => (await client.GET('/api/v1/me/votes', { params: { query: { cursor, limit: 100 } } })).data!, 'all');
  return (
    <Page title={t('vote.title')} about={t('vote.about')} back={{ to: '/reviewing', label: t('reviewing.title') }} narrow>
      <Await read={votes} loading={<Loading rows={1} height={280} />}>
        {(list) => <Asked of={list.find(({ id }) => id === vote)} />}
      </Await>
    </Page>
  );
}

function Asked({ of }: { of: Schemas['AskedVote'] | undefined }) {
  const { t } = useI18n();
  const [, go] = useLocation();
  if (!of) {
    return (
      <Empty title={t('vote.gone')} icon={<ClipboardCheck size={28} />} action={<Button component={Link} href="/reviewing">{t('reviewing.title')}</Button>}>
        {t('vote.gone.text')}
      </Empty>
    );
  }
  return (
    <Paper>
      <div className={layout.row} style={{ marginBottom: 14 }}>
        <Text size="sm" c="dimmed">
          {t('reviewing.due')} <When at={of.due_at} absolute />. {t('vote.late')}
        </Text>
        <span>
          {t('reviewing.pays')} <Money of={of.reward} />
        </span>
      </div>
      <Judged of={of.work} />
      <Verdict
        id={of.id}
        rubric={of.work.rubric}
        give={(body) => client.POST('/api/v1/me/votes/{vote}/verdict', { params: { path: { vote: of.id } }, body })}
        stale={[key('/api/v1/me/votes'), key('/api/v1/me/reviewing'), key('/api/v1/me/earnings'), key('/api/v1/me/rewards')]}
        done={t('vote.done')}
        after={() => go('/reviewing')}
      />
    </Paper>
  );
}
