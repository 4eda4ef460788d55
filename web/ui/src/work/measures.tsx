import { $api, client, key, type Schemas, TopicNames, useCodes, useFormat, useI18n, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Anchor, Badge, Paper, Stack, Text } from '@mantine/core';
import Scale from 'lucide-react/icons/scale';
import { Link } from 'wouter';
import { AppealForm, Grounds } from './contested';

type Measure = Schemas['OwnMeasure'];

const tone: Record<string, string> = { in_force: 'brick', appealed: 'honey', confirmed: 'brick' };

/** What a person decided against one, at the top of what one sees first. */
export function MeasureNotice() {
  const { t } = useI18n();
  const codes = useCodes();
  const measures = $api.useQuery('get', '/api/v1/me/measures');
  const held = measures.data?.data.filter((m) => !m.ended_at) ?? [];
  if (held.length === 0) return null;
  return (
    <Alert color="brick" icon={<Scale size={20} aria-hidden />} mb="lg" title={t('measures.title')}>
      <Stack gap="xs">
        {held.map((m) => (
          <Text key={m.id} size="sm">
            <strong>
              <bdi>{m.brand_name}</bdi>:
            </strong>{' '}
            {codes('measure', m.kind)}. {codes('measure.state', m.state)}.
          </Text>
        ))}
        <Anchor component={Link} href="/refusals">
          {t('measures.read')}
        </Anchor>
      </Stack>
    </Alert>
  );
}

/** Each measure against one: why, what one said, what was decided. */
export function Measures({ of }: { of: Measure[] }) {
  const { t } = useI18n();
  if (of.length === 0) return null;
  return (
    <section>
      <h2 className={layout.subject}>{t('measures.title')}</h2>
      <div className={layout.stack}>
        {of.map((measure) => (
          <One key={measure.id} of={measure} />
        ))}
      </div>
    </section>
  );
}

function One({ of }: { of: Measure }) {
  const { t } = useI18n();
  const codes = useCodes();
  return (
    <Paper component="article">
      <Stack gap="sm">
        <div className={layout.row}>
          <h3 className={layout.subject} style={{ margin: 0 }}>
            {codes('measure', of.kind)}
          </h3>
          <Badge color={tone[of.state] ?? 'pine'}>{codes('measure.state', of.state)}</Badge>
        </div>
        <Text c="dimmed" size="sm">
          <bdi>{of.brand_name}</bdi> · <bdi>{of.program_name}</bdi> · <When at={of.imposed_at} />
        </Text>
        {of.topics.length > 0 && (
          <Text size="sm">
            {t('measures.topics')} <TopicNames program={of.program} of={of.topics} />
          </Text>
        )}
        <Grounds of={of} why={codes('suspension', of.reason)} otherwise={t('measures.else')} />
        {!of.ended_at && (
          <Text size="sm" c="dimmed">
            {t('measures.pay.text')}
          </Text>
        )}
        {of.state === 'in_force' && <Appeal of={of} />}
      </Stack>
    </Paper>
  );
}

function Appeal({ of }: { of: Measure }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <AppealForm
      id={of.id}
      label={t('measures.why')}
      about={t('measures.any_time', { days: format.duration(of.decide_within_s, 'long') })}
      stale={[key('/api/v1/me/measures')]}
      send={(statement) => client.POST('/api/v1/me/measures/{measure}/appeal', { params: { path: { measure: of.id } }, body: { statement } })}
    />
  );
}
