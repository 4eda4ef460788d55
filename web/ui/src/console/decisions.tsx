import { $api, Await, client, type Schemas, useCodes, useFormat, useI18n, useWrite, Why } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Paper, Text } from '@mantine/core';
import BadgeCheck from 'lucide-react/icons/badge-check';
import css from './console.module.css';
import { useBrand, usePlace } from './place';

type Decision = Schemas['DecisionRecord'];
type Ranked = Schemas['Ranked'];

/** Why whom was asked: each wave's ranking, in parts that add up, and its proof. */
export function Decisions({ question }: { question: string }) {
  const { t } = useI18n();
  const { path } = useBrand();
  const { may } = usePlace();
  const params = { path: { ...path, question } };
  const decisions = $api.useQuery('get', '/api/v1/brands/{brand}/questions/{question}/decisions', { params });
  const offers = $api.useQuery('get', '/api/v1/brands/{brand}/questions/{question}/offers', { params }, { retry: false, enabled: may('see_money') });
  const replay = useWrite(async () => (await client.POST('/api/v1/brands/{brand}/questions/{question}/decisions/replay', { params })).data!);
  const handles = new Map(offers.data?.data.map((o) => [o.expert, o.handle]));
  return (
    <Await read={decisions}>
      {({ data }) =>
        data.length === 0 ? null : (
          <Paper component="section" aria-labelledby="why">
            <div className={layout.row} style={{ marginBottom: 10 }}>
              <h2 className={layout.subject} style={{ margin: 0 }} id="why">
                {t('decision.title')}
              </h2>
              <Button variant="default" size="compact-md" loading={replay.isPending} onClick={() => replay.mutate()}>
                {t('decision.replay')}
              </Button>
            </div>
            <div role="status">
              {replay.data && (
                <Badge size="lg" leftSection={<BadgeCheck size={16} aria-hidden />} mb="sm">
                  {t('decision.identical', { count: replay.data.decisions })}
                </Badge>
              )}
            </div>
            <div className={layout.stack}>
              {data.map((decision, i) => (
                <Wave key={i} n={i + 1} of={decision} handles={handles} />
              ))}
            </div>
          </Paper>
        )
      }
    </Await>
  );
}

function Wave({ n, of, handles }: { n: number; of: Decision; handles: Map<string, string> }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const left = Object.entries(of.excluded ?? {}).filter(([, count]) => count > 0);
  if (of.matter) {
    return (
      <Text size="sm" c="dimmed">
        {t('decision.matter', { cues: format.list(of.matter.cues.map((cue) => codes('cue', cue))) })} · {format.moment(of.ranking.at)}
      </Text>
    );
  }
  return (
    <div className={layout.stack} style={{ gap: 12 }}>
      <Text size="sm" c="dimmed">
        {t('decision.wave', { n, offers: of.offers, pool: of.pool })} · {format.moment(of.ranking.at)}
        {of.topic?.slug && <> · {t(of.topic.probability === undefined ? 'decision.topic' : 'decision.topic.read', { name: of.topic.slug, share: format.percent(of.topic.probability ?? 1) })}</>}
      </Text>
      {of.wave && (
        <Text size="sm" c="dimmed">
          {t('decision.chance', { count: of.wave.offers, chance: format.percent(of.wave.chance) })}
        </Text>
      )}
      {of.together && (
        <Text size="sm" c="dimmed">
          {t('decision.together', { count: of.together.questions })}
        </Text>
      )}
      {left.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('decision.excluded', { count: left.reduce((sum, [, count]) => sum + count, 0) })}: {format.list(left.map(([rule, count]) => `${format.number(count)} × ${codes('rule', rule)}`))}
        </Text>
      )}
      <ol className={css.ranks}>
        {of.ranking.candidates.map((c) => (
          <li key={c.expert} className={css.rank}>
            <Candidate of={c} factors={of.ranking.factors} name={handles.get(dashed(c.expert)) ?? t('decision.runner_up', { n: c.rank })} asked={of.together ? of.together.asked.includes(c.rank) : c.rank <= of.offers} />
            {of.reasons?.[dashed(c.expert)] && <Why of={of.reasons[dashed(c.expert)] as Schemas['Reason']} at={of.ranking.at} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** An id as the API writes it elsewhere: a record that is replayed has it as it was ranked by. */
const dashed = (id: string) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The parts of one candidate's total: weight times feature, for each factor. */
export function partsOf(of: Pick<Ranked, 'features'>, factors: readonly { name: string; weight: number }[]) {
  return factors.map((factor, i) => ({ name: factor.name, value: factor.weight * (of.features[i] ?? 0) })).filter((part) => Math.abs(part.value) > 0.0005);
}

function Candidate({ of, factors, name, asked }: { of: Ranked; factors: Schemas['Factor'][]; name: string; asked: boolean }) {
  const { t, has } = useI18n();
  const parts = partsOf(of, factors);
  const label = (factor: string) => (has(`factor.${factor}`) ? t(`factor.${factor}` as 'decision.title') : factor.replaceAll('_', ' '));
  return (
    <details>
      <summary className={layout.row} style={{ cursor: 'pointer' }}>
        <span>
          <strong>{name}</strong> {asked && <Badge ms={6}>{t('decision.asked')}</Badge>}
        </span>
        <span className="kh-money" dir="ltr">{of.total.toFixed(3)}</span>
      </summary>
      <div className={css.parts} aria-hidden>
        {parts.filter((part) => part.value > 0).map((part) => (
          <span key={part.name} style={{ flexGrow: part.value }} title={label(part.name)} />
        ))}
      </div>
      <table className={css.parttable}>
        <caption className="kh-hidden">{t('decision.parts', { name })}</caption>
        <tbody>
          {parts.map((part) => (
            <tr key={part.name}>
              <th scope="row">{label(part.name)}</th>
              <td dir="ltr">{part.value.toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('decision.total')}</th>
            <td dir="ltr">{of.total.toFixed(3)}</td>
          </tr>
        </tfoot>
      </table>
    </details>
  );
}
