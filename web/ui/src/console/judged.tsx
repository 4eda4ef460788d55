import { $api, Await, codeOf, Loading, type Schemas, useCodes, useFormat, useI18n, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Paper, Text } from '@mantine/core';
import css from './console.module.css';
import { useBrand } from './place';

type Review = Schemas['ReviewRecord'];
type Vote = Schemas['PeerVote'];

const lines = ['correct', 'complete', 'kind', 'safe', 'honest', 'tone'] as const;

/** How the answers to a question were judged, and what each peer said: nobody sees who they are. */
export function Reviewed({ question }: { question: string }) {
  const { t } = useI18n();
  const { path } = useBrand();
  const read = $api.useQuery('get', '/api/v1/brands/{brand}/questions/{question}/reviews', { params: { path: { ...path, question } } }, { retry: false });
  if (codeOf(read.error) === 'own_work') return null; // who had a part in it does not read how it was judged
  return (
    <Await read={read} loading={<Loading rows={1} height={90} />}>
      {({ data }) =>
        data.length === 0 ? null : (
          <Paper component="section" aria-labelledby="judged">
            <h2 className={layout.subject} id="judged">
              {t('judged.title')}
            </h2>
            <div className={layout.stack}>
              {data.map((review) => (
                <One key={review.id} of={review} several={data.length > 1} />
              ))}
            </div>
          </Paper>
        )
      }
    </Await>
  );
}

function One({ of, several }: { of: Review; several: boolean }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  return (
    <div className={css.work}>
      <div className={layout.row}>
        <span>
          {of.cause && <strong>{codes('review_cause', of.cause)}</strong>}
          {of.cause && several && ' · '}
          {several && t('judged.attempt', { n: of.attempt })}
          {(of.cause || several) && <br />}
          <span className={css.quiet}>
            <When at={of.ended_at ?? of.created_at} />
            {of.bad !== null && of.votes.length > 0 && <> · {t('judged.bad', { share: format.percent(of.bad) })}</>}
          </span>
        </span>
        <Outcome of={of} />
      </div>
      {of.votes.length === 0 && of.scores && <Scores of={of.scores} />}
      {of.votes.length === 0 && of.note && (
        <Text size="sm" dir="auto">
          {of.note}
        </Text>
      )}
      {of.votes.length > 0 && (
        <ol className={css.votes}>
          {of.votes.map((vote, i) => (
            <li key={i}>
              <Said of={vote} n={i + 1} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Outcome({ of }: { of: Review }) {
  const { t } = useI18n();
  if (of.state === 'open') return <Badge color="honey">{t('judged.open')}</Badge>;
  if (of.state === 'lapsed') return <Badge color="gray">{t('judged.lapsed')}</Badge>;
  return <Badge color={of.passed ? 'pine' : 'brick'}>{t(of.passed ? 'judged.passed' : 'judged.failed')}</Badge>;
}

function Said({ of, n }: { of: Vote; n: number }) {
  const { t } = useI18n();
  return (
    <div className={css.vote}>
      <div className={layout.row}>
        <strong>{t('judged.peer', { n })}</strong>
        <Badge color={of.passed ? 'pine' : 'brick'} variant="light">
          {t(of.passed ? 'judged.passed' : 'judged.failed')}
        </Badge>
      </div>
      <Scores of={of.scores} />
      {of.note && (
        <Text size="sm" dir="auto">
          {of.note}
        </Text>
      )}
    </div>
  );
}

function Scores({ of }: { of: Schemas['Scores'] }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <dl className={css.scores}>
      {lines.map(
        (line) =>
          of[line] && (
            <div key={line}>
              <dt>{t(`judged.${line}`)}</dt>
              <dd>{format.number(of[line])}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
