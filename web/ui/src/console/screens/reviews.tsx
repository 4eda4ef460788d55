import { $api, Await, client, Empty, FormDialog, Judged, key, Loading, Money, Page, type Schemas, useCodes, useI18n, useWrite, Verdict, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, Paper, Radio, Stack, Text } from '@mantine/core';
import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import { useEffect, useRef, useState } from 'react';
import css from '../console.module.css';
import { useBrand } from '../place';
import { reviewTabs, Tabs } from '../tabs';

type Review = Schemas['Review'];
const reasons = ['language', 'conflict', 'other'] as const;
const path = '/api/v1/brands/{brand}/reviews' as const;

/** The work that one was given to judge, by lot. Reviewers see what was written, not by whom. */
export default function Reviews() {
  const { t } = useI18n();
  const { path: brand } = useBrand();
  const hand = $api.useQuery('get', path, { params: { path: brand } });
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef<string>(undefined);
  const id = hand.data?.data[0]?.id;
  useEffect(() => {
    if (before.current !== undefined && before.current !== (id ?? '')) heading.current?.focus(); // what had the focus is gone
    if (hand.data) before.current = id ?? '';
  }, [id, hand.data]);
  return (
    <Page title={t('reviews.title')} about={t('reviews.about')}>
      <Tabs label={t('reviews.title')} of={reviewTabs} />
      <Await read={hand} loading={<Loading rows={1} height={280} />}>
        {({ data }) => (
          <div className={layout.stack}>
            <h2 ref={heading} tabIndex={-1} className="kh-hidden">
              {t(data.length ? 'reviews.hand' : 'reviews.title')}
            </h2>
            {data.length ? data.map((review) => <InHand key={review.id} review={review} />) : <Next />}
          </div>
        )}
      </Await>
    </Page>
  );
}

/** Asks for a review. */
function Next() {
  const { t } = useI18n();
  const { path: brand } = useBrand();
  const [none, setNone] = useState(false);
  const next = useWrite(async () => (await client.POST('/api/v1/brands/{brand}/reviews/next', { params: { path: brand } })).data!, {
    stale: [key(path)],
    after: ({ review }) => setNone(!review),
  });
  return (
    <Empty
      title={t(none ? 'reviews.none' : 'reviews.next.title')}
      icon={<ClipboardCheck size={28} />}
      action={
        <Button loading={next.isPending} onClick={() => next.mutate()}>
          {t('reviews.next')}
        </Button>
      }
    >
      {t(none ? 'reviews.none.text' : 'reviews.next.text')}
    </Empty>
  );
}

function InHand({ review }: { review: Review }) {
  const { t } = useI18n();
  const { path: brand } = useBrand();
  return (
    <Paper component="article" aria-label={review.work.title}>
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
        give={(body) => client.POST('/api/v1/brands/{brand}/reviews/{review}/verdict', { params: { path: { ...brand, review: review.id } }, body })}
        stale={[key(path), key('/api/v1/brands/{brand}/proposals')]}
        done={t('reviews.done')}
      />
      <GiveBack review={review} />
    </Paper>
  );
}

/** Gives back what one cannot judge. */
function GiveBack({ review }: { review: Review }) {
  const { t } = useI18n();
  const codes = useCodes();
  const { path: brand } = useBrand();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<(typeof reasons)[number] | null>(null);
  const write = useWrite(() => client.POST('/api/v1/brands/{brand}/reviews/{review}/return', { params: { path: { ...brand, review: review.id } }, body: { reason: reason! } }), {
    stale: [key(path)],
    done: t('reviews.returned'),
    after: () => setOpen(false),
  });
  return (
    <Group justify="flex-end" mt="sm">
      <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>
        {t('reviews.return')}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('reviews.return')} yes={t('reviews.return.yes')} busy={write.isPending} disabled={!reason} send={() => write.mutate()}>
        <Text size="sm">{t('reviews.return.text')}</Text>
        <Radio.Group label={t('reviews.return.why')} value={reason ?? ''} onChange={(value) => setReason(value as typeof reason)}>
          <Stack gap="xs" mt="xs">
            {reasons.map((code) => (
              <Radio key={code} value={code} label={codes('return', code)} />
            ))}
          </Stack>
        </Radio.Group>
      </FormDialog>
    </Group>
  );
}
