import { $api, Await, client, Empty, key, Page, Redacted, type Schemas, useCodes, useI18n, useNow, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Anchor, Badge, Paper, Stack, Text } from '@mantine/core';
import Scale from 'lucide-react/icons/scale';
import { Link } from 'wouter';
import { AppealForm, Grounds } from '../contested';
import { Measures } from '../measures';
import { TakeBacks } from '../takebacks';

type Refusal = Schemas['OwnRefusal'];

const tone: Record<string, string> = { appealable: 'honey', appealed: 'honey', final: 'brick', overturned: 'pine', lapsed: 'pine' };

/** Where somebody refused pay, why, and what one can say to it. */
export default function Refusals() {
  const { t } = useI18n();
  const refusals = $api.useQuery('get', '/api/v1/me/refusals');
  const measures = $api.useQuery('get', '/api/v1/me/measures');
  const taken = $api.useQuery('get', '/api/v1/me/take_backs');
  return (
    <Page title={t('nav.refusals')} about={t('refusals.about')} narrow>
      <Await read={refusals}>
        {({ data }) =>
          data.length === 0 && !measures.data?.data.length && !taken.data?.data.length ? (
            <Empty title={t('refusals.none')} icon={<Scale size={28} />}>
              {t('refusals.none.text')}
            </Empty>
          ) : (
            <div className={layout.stack}>
              <Measures of={measures.data?.data ?? []} />
              <TakeBacks of={taken.data?.data ?? []} />
              {data.length > 0 && <h2 className={layout.subject}>{t('measures.pay')}</h2>}
              {data.map((refusal) => (
                <One key={refusal.id} of={refusal} />
              ))}
            </div>
          )
        }
      </Await>
    </Page>
  );
}

function One({ of }: { of: Refusal }) {
  const { t } = useI18n();
  const codes = useCodes();
  const now = useNow(30_000);
  const open = of.state === 'appealable' && Date.parse(of.appeal_until) > now;
  return (
    <Paper component="article">
      <Stack gap="sm">
        <div className={layout.row}>
          <h2 className={layout.subject} style={{ margin: 0 }}>
            <Anchor component={Link} href={`/turns/${of.assignment}`} c="inherit" fw="inherit">
              <Redacted text={of.title} />
            </Anchor>
          </h2>
          <Badge color={tone[of.state] ?? 'gray'}>{codes('refusal.state', of.state)}</Badge>
        </div>
        <Text c="dimmed" size="sm">
          <bdi>{of.brand_name}</bdi> · <When at={of.refused_at} />
        </Text>
        <Grounds of={of} why={codes('refusal', of.reason)} otherwise={t('refusals.else_paid')} />
        {open && <Appeal refusal={of} />}
      </Stack>
    </Paper>
  );
}

function Appeal({ refusal }: { refusal: Refusal }) {
  const { t } = useI18n();
  return (
    <AppealForm
      id={refusal.id}
      label={t('refusals.why')}
      about={t('refusals.why.text')}
      until={
        <>
          {t('refusals.until')} <When at={refusal.appeal_until} absolute />
        </>
      }
      stale={[key('/api/v1/me/refusals')]}
      send={(statement) => client.POST('/api/v1/me/refusals/{refusal}/appeal', { params: { path: { refusal: refusal.id } }, body: { statement } })}
    />
  );
}
