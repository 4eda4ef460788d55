import { Await, client, Empty, Judged, key, Loading, Money, More, Page, type Schemas, useFocusKeeper, useI18n, usePages, Verdict, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Paper } from '@mantine/core';
import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import { useMemo } from 'react';
import css from '../console.module.css';
import { useBrand } from '../place';
import { reviewTabs, Tabs } from '../tabs';


type Review = Schemas['Review'];

/** Work that waits for a verdict. Reviewers see what was written, not by whom. */
export default function Reviews() {
  const { t } = useI18n();
  const { path } = useBrand();
  const reviews = usePages<Review>('/api/v1/brands/{brand}/reviews', async (cursor) => (await client.GET('/api/v1/brands/{brand}/reviews', { params: { path, query: { cursor, limit: 10 } } })).data!, path);
  return (
    <Page title={t('reviews.title')} about={t('reviews.about')}>
      <Tabs label={t('reviews.title')} of={reviewTabs} />
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
  const { path } = useBrand();
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
          <Judged of={review.work} />
          <Verdict
            id={review.id}
            rubric={review.work.rubric}
            give={(body) => client.POST('/api/v1/brands/{brand}/reviews/{review}/verdict', { params: { path: { ...path, review: review.id } }, body })}
            stale={[key('/api/v1/brands/{brand}/reviews'), key('/api/v1/brands/{brand}/proposals')]}
            done={t('reviews.done')}
          />
        </Paper>
      ))}
    </div>
  );
}
