import { $api, Await, client, Empty, key, Loading, Money, More, Page, Redacted, type Schemas, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Badge, Button, Group, Paper, Stack, Switch, Text } from '@mantine/core';
import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import { Link } from 'wouter';
import css from '../work.module.css';

type Asked = Schemas['AskedVote'];

/** Others' work that one is asked to judge, and what is known of how one judges. */
export default function Reviewing() {
  const { t } = useI18n();
  const own = $api.useQuery('get', '/api/v1/me/reviewing');
  const votes = usePages<Asked>('/api/v1/me/votes', async (cursor) => (await client.GET('/api/v1/me/votes', { params: { query: { cursor, limit: 20 } } })).data!);
  return (
    <Page title={t('reviewing.title')} about={t('reviewing.about')} narrow>
      <div className={layout.stack}>
        <Await read={votes} loading={<Loading rows={2} height={96} />}>
          {(list) =>
            list.length === 0 ? (
              <Empty title={t('reviewing.none')} icon={<ClipboardCheck size={28} />}>
                {t('reviewing.none.text')}
              </Empty>
            ) : (
              <>
                <ul className={css.plain}>
                  {list.map((vote) => (
                    <li key={vote.id}>
                      <Waiting vote={vote} />
                    </li>
                  ))}
                </ul>
                <More of={votes} />
              </>
            )
          }
        </Await>
        <Await read={own} loading={<Loading rows={1} height={180} />}>
          {({ data }) =>
            data.length === 0 ? (
              <Text c="dimmed">{t('reviewing.nowhere')}</Text>
            ) : (
              data.map((of) => <InProgram key={of.program} of={of} />)
            )
          }
        </Await>
      </div>
    </Page>
  );
}

function Waiting({ vote }: { vote: Asked }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <Paper component="article">
      <div className={layout.row}>
        <div>
          <h2 className={layout.subject} style={{ margin: 0 }}>
            <Redacted text={vote.work.title} />
          </h2>
          <Group gap="xs" mt={6}>
            <Badge color="gray">{format.language(vote.work.language)}</Badge>
            <Text size="sm" c="dimmed" component="span">
              {t('reviewing.due')} <When at={vote.due_at} />
            </Text>
          </Group>
        </div>
        <Group gap="sm">
          <span>
            {t('reviewing.pays')} <Money of={vote.reward} />
          </span>
          <Button component={Link} href={`/reviewing/${vote.id}`} aria-label={`${t('reviewing.open')}: ${vote.work.title}`}>
            {t('reviewing.open')}
          </Button>
        </Group>
      </div>
    </Paper>
  );
}

/** Whether one reviews there, what it pays, and how well one is known to judge. */
function InProgram({ of }: { of: Schemas['Reviewing'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const set = useWrite((active: boolean) => client.PUT('/api/v1/programs/{program}/application/reviewing', { params: { path: { program: of.program } }, body: { active } }), {
    stale: [key('/api/v1/me/reviewing'), key('/api/v1/me/votes')],
    done: t('saved'),
  });
  const share = (bp: number) => format.percent(bp / 10_000);
  const known = of.votes > 0;
  return (
    <Paper component="section" aria-label={`${of.brand_name}: ${of.name}`}>
      <Stack gap="sm">
        <h2 className={layout.subject} style={{ margin: 0 }}>
          {of.brand_name} · {of.name}
        </h2>
        <Switch checked={of.active} disabled={(!of.may && !of.active) || set.isPending} onChange={(e) => set.mutate(e.currentTarget.checked)} label={t('reviewing.want')} description={of.may ? t('reviewing.want.text') : t('reviewing.may_not')} />
        <Text>
          {of.pays ? (
            <>
              {t('reviewing.each')} <Money of={of.pays} />. {t('reviewing.whatever')}
            </>
          ) : (
            t('reviewing.unpaid')
          )}
        </Text>
        {of.active && !of.asked && <Alert color="honey">{t('reviewing.not_asked')}</Alert>}
        <dl className={css.known}>
          <div>
            <dt>{t('reviewing.votes')}</dt>
            <dd>{format.number(of.votes)}</dd>
          </div>
          <div>
            <dt>{t('reviewing.earned')}</dt>
            <dd>
              <Money of={of.earned} />
            </dd>
          </div>
          <div>
            <dt>{t('reviewing.gold')}</dt>
            <dd>{format.number(of.gold)}</dd>
          </div>
          <Rate name={t('reviewing.accuracy')} bp={of.accuracy_bp} note={t('reviewing.error', { error: share(of.error_bp) })} />
          <Rate name={t('reviewing.catches')} bp={of.catches_bp} />
          <Rate name={t('reviewing.passes')} bp={of.passes_bp} />
        </dl>
        <Text size="sm" c="dimmed">
          {t(known ? 'reviewing.known' : 'reviewing.unknown')}
        </Text>
      </Stack>
    </Paper>
  );
}

function Rate({ name, bp, note }: { name: string; bp: number; note?: string }) {
  const format = useFormat();
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {format.percent(bp / 10_000)} {note && <small>{note}</small>}
        <span className={css.clockbar} aria-hidden>
          <i style={{ inlineSize: `${bp / 100}%` }} />
        </span>
      </dd>
    </div>
  );
}
