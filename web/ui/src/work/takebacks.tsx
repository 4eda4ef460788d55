import { $api, client, key, Money, type Schemas, useCodes, useI18n, useNow, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Anchor, Badge, Paper, Stack, Text } from '@mantine/core';
import Scale from 'lucide-react/icons/scale';
import { Link } from 'wouter';
import { AppealForm, Grounds } from './contested';

type TakeBack = Schemas['TakeBack'];

const tone: Record<string, string> = { appealable: 'brick', appealed: 'honey', final: 'brick' };
const list = '/api/v1/me/take_backs';

/** That somebody has decided to take pay back, at the top of what one sees first. */
export function TakeBackNotice() {
  const { t } = useI18n();
  const all = $api.useQuery('get', list);
  const open = all.data?.data.filter((b) => !b.ended_at) ?? [];
  if (open.length === 0) return null;
  return (
    <Alert color="brick" icon={<Scale size={20} aria-hidden />} mb="lg" title={t('taken.notice')}>
      <Anchor component={Link} href="/refusals">
        {t('measures.read')}
      </Anchor>
    </Alert>
  );
}

/** Pay that two people of the platform have decided to take back: why, and what one can say to it. */
export function TakeBacks({ of }: { of: TakeBack[] }) {
  const { t } = useI18n();
  if (of.length === 0) return null;
  return (
    <section>
      <h2 className={layout.subject}>{t('taken.title')}</h2>
      <div className={layout.stack}>
        {of.map((one) => (
          <One key={one.id} of={one} />
        ))}
      </div>
    </section>
  );
}

function One({ of }: { of: TakeBack }) {
  const { t } = useI18n();
  const codes = useCodes();
  const now = useNow(30_000);
  const open = of.state === 'appealable' && Date.parse(of.appeal_until) > now;
  return (
    <Paper component="article">
      <Stack gap="sm">
        <div className={layout.row}>
          <h3 className={layout.subject} style={{ margin: 0 }}>
            <Money of={of.amount} /> · {codes('reward', of.kind)}
          </h3>
          <Badge color={tone[of.state] ?? 'pine'}>{codes('taken.state', of.state)}</Badge>
        </div>
        <Text c="dimmed" size="sm">
          <bdi>{of.brand_name}</bdi> · <bdi>{of.program_name}</bdi> · <When at={of.began_at} />
        </Text>
        <Grounds of={of} why={codes('taken.ground', of.ground)} otherwise={t('taken.else')} />
        {!of.ended_at && (
          <Text size="sm" c="dimmed">
            {t('taken.text')}
          </Text>
        )}
        {open && <Appeal of={of} />}
      </Stack>
    </Paper>
  );
}

function Appeal({ of }: { of: TakeBack }) {
  const { t } = useI18n();
  return (
    <AppealForm
      id={of.id}
      label={t('taken.why')}
      about={t('refusals.why.text')}
      until={
        <>
          {t('refusals.until')} <When at={of.appeal_until} absolute />
        </>
      }
      stale={[key(list)]}
      send={(statement) => client.POST('/api/v1/me/take_backs/{act}/appeal', { params: { path: { act: of.id } }, body: { statement } })}
    />
  );
}
