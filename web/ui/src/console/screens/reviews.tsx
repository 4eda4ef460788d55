import { Await, client, Empty, key, Loading, Money, More, Page, type Schemas, useAnnounce, useDraft, useFocusKeeper, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, Paper, Textarea } from '@mantine/core';
import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import { useMemo, useState } from 'react';
import css from '../console.module.css';
import { useBrand } from '../place';
import { Work } from '../work';

type Review = Schemas['Review'];

/** Work that waits for a verdict. Reviewers see what was written, not by whom. */
export default function Reviews() {
  const { t } = useI18n();
  const { path } = useBrand();
  const reviews = usePages<Review>('/api/v1/brands/{brand}/reviews', async (cursor) => (await client.GET('/api/v1/brands/{brand}/reviews', { params: { path, query: { cursor, limit: 10 } } })).data!, path);
  return (
    <Page title={t('reviews.title')} about={t('reviews.about')}>
      <Await read={reviews} loading={<Loading rows={2} height={280} />}>
        {(list) => (
          <>
            <Cards reviews={list} />
            <More of={reviews} />
          </>
        )}
      </Await>
    </Page>
  );
}

function Cards({ reviews }: { reviews: Review[] }) {
  const { t } = useI18n();
  const ids = useMemo(() => reviews.map((r) => r.id), [reviews]);
  const { keep, fallback } = useFocusKeeper(ids);
  return (
    <div className={layout.stack}>
      <h2 ref={fallback as React.RefObject<HTMLHeadingElement>} tabIndex={-1} className="kh-hidden">
        {t('reviews.count', { count: reviews.length })}
      </h2>
      {reviews.length === 0 && (
        <Empty title={t('reviews.none')} icon={<ClipboardCheck size={28} />}>
          {t('reviews.none.text')}
        </Empty>
      )}
      {reviews.map((review) => (
        <Paper key={review.id} component="article" ref={keep(review.id)} tabIndex={-1} aria-label={review.work.title}>
          <div className={layout.row} style={{ marginBottom: 14 }}>
            <span className={css.quiet}>
              {t('reviews.due')} <When at={review.due_at} />
            </span>
            {review.reward && (
              <span className={css.quiet}>
                {t('reviews.earns')} <Money of={review.reward} />
              </span>
            )}
          </div>
          <Work of={review.work} />
          <Verdict of={review} />
        </Paper>
      ))}
    </div>
  );
}

const criteria = ['correct', 'complete', 'kind', 'safe', 'honest'] as const;
type Scores = Partial<Record<(typeof criteria)[number], number>>;

/** Five lines of the rubric, from 1 to 5, and what it comes to. */
function Verdict({ of }: { of: Review }) {
  const { t } = useI18n();
  const say = useAnnounce();
  const { path } = useBrand();
  const [scores, setScores] = useDraft<Scores>(`review.${of.id}.scores`, {});
  const [note, setNote, clear] = useDraft(`review.${of.id}.note`, '');
  const [missing, setMissing] = useState(false);
  const decide = useWrite(
    async (pass: boolean) => {
      await client.POST('/api/v1/brands/{brand}/reviews/{review}/verdict', {
        params: { path: { ...path, review: of.id } },
        body: { pass, scores: scores as Schemas['Scores'], note: note.trim() || undefined },
      });
      clear();
    },
    { stale: [key('/api/v1/brands/{brand}/reviews'), key('/api/v1/brands/{brand}/proposals')], done: t('reviews.done') },
  );
  const whole = criteria.every((c) => scores[c]);
  const give = (pass: boolean) => {
    if (!whole || (!pass && !note.trim())) {
      setMissing(true);
      say(t('reviews.missing'));
      return;
    }
    decide.mutate(pass);
  };
  return (
    <form className={layout.stack} style={{ gap: 14, marginTop: 18 }} onSubmit={(e) => e.preventDefault()}>
      <div className={css.scores}>
        {criteria.map((criterion) => (
          <fieldset key={criterion} className={css.score}>
            <legend>{t(`criterion.${criterion}`)}</legend>
            <span className={css.marks}>
              {[1, 2, 3, 4, 5].map((n) => (
                <label key={n} className={css.mark}>
                  <input type="radio" name={`${of.id}-${criterion}`} checked={scores[criterion] === n} onChange={() => setScores({ ...scores, [criterion]: n })} />
                  <span>{n}</span>
                </label>
              ))}
            </span>
          </fieldset>
        ))}
      </div>
      <Textarea label={t('reviews.note')} description={t('reviews.note.hint')} value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={2} maxLength={4096} dir="auto" error={missing && (!whole || !note.trim()) ? t('reviews.missing') : undefined} />
      <Group justify="flex-end" gap="sm">
        <Button variant="light" color="brick" loading={decide.isPending && decide.variables === false} onClick={() => give(false)}>
          {t('reviews.fail')}
        </Button>
        <Button loading={decide.isPending && decide.variables === true} onClick={() => give(true)}>
          {t('reviews.pass')}
        </Button>
      </Group>
    </form>
  );
}
