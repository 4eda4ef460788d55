import { $api, Await, client, Countdown, Empty, Facts, key, Loading, Money, Page, PayWhy, Redacted, type Schemas, useAnnounce, useFocusKeeper, useFormat, useI18n, useNow, useWrite, Why } from '@kit/index';
import { Badge, Button, Paper, UnstyledButton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import Clock from 'lucide-react/icons/clock';
import Coffee from 'lucide-react/icons/coffee';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { MeasureNotice } from '../measures';
import css from '../work.module.css';

type Offer = Schemas['Offer'];

/** What one may answer now, and what it pays. */
export default function Offers() {
  const { t } = useI18n();
  const offers = $api.useQuery('get', '/api/v1/offers');
  return (
    <Page title={t('offers.title')} about={t('offers.about')}>
      <MeasureNotice />
      <Await read={offers} loading={<Loading height={260} rows={2} />}>
        {({ data }) => <Cards offers={data} />}
      </Await>
    </Page>
  );
}

const listed = $api.queryOptions('get', '/api/v1/offers').queryKey;

function Cards({ offers }: { offers: Offer[] }) {
  const { t } = useI18n();
  const say = useAnnounce();
  const now = useNow(1000);
  const live = useMemo(() => offers.filter((offer) => Date.parse(offer.expires_at) > now), [offers, now]);
  const ids = useStable(live.map((offer) => offer.id));
  const { keep, fallback } = useFocusKeeper(ids);
  const before = useRef(ids);
  useEffect(() => {
    const came = ids.filter((id) => !before.current.includes(id)).length;
    const went = before.current.filter((id) => !ids.includes(id)).length;
    before.current = ids;
    if (came) say(t('offers.came', { count: came }));
    else if (went) say(t('offers.went', { count: went }));
  }, [ids, say, t]);
  return (
    <>
      <h2 ref={fallback as React.RefObject<HTMLHeadingElement>} tabIndex={-1} className="kh-hidden">
        {t('offers.count', { count: live.length })}
      </h2>
      {live.length === 0 ? (
        <None />
      ) : (
        <ul className={css.grid}>
          {live.map((offer) => (
            <li key={offer.id}>
              <Card offer={offer} at={keep(offer.id)} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The same array for as long as it has the same things in it. */
function useStable(ids: string[]): readonly string[] {
  const [kept, setKept] = useState<readonly string[]>(ids);
  const same = kept.length === ids.length && kept.every((id, i) => id === ids[i]);
  useEffect(() => {
    if (!same) setKept(ids);
  });
  return kept;
}

function Card({ offer, at }: { offer: Offer; at: (card: HTMLElement | null) => void }) {
  const { t } = useI18n();
  const format = useFormat();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const accept = useWrite(
    async () => (await client.POST('/api/v1/offers/{offer}/accept', { params: { path: { offer: offer.id } } })).data as Schemas['Assignment'],
    {
      stale: [key('/api/v1/offers'), key('/api/v1/assignments'), key('/api/v1/me/expert')],
      after: (assignment) => go(`/turns/${assignment.id}`),
    },
  );
  const decline = useWrite(
    async () => {
      await client.POST('/api/v1/offers/{offer}/decline', { params: { path: { offer: offer.id } } });
      // it is one's own wish, and nothing else comes of it
      queries.setQueryData(listed, (old: { data: Offer[] } | undefined) => old && { ...old, data: old.data.filter((o) => o.id !== offer.id) });
    },
    { stale: [key('/api/v1/offers')], done: t('offers.declined') },
  );
  const long = offer.body.length > 190;
  return (
    <Paper component="article" className={css.offer} p={0} ref={at} tabIndex={-1} aria-labelledby={`offer-${offer.id}`}>
      <div className={css.offertop}>
        <div className={css.pay}>
          <Money of={offer.reward} big />
          <span className={css.effort}>{t('offers.effort', { time: format.duration(60 * Math.max(1, Math.round(offer.effort_s / 60))) })}</span>
        </div>
        <Countdown from={offer.offered_at} until={offer.expires_at} />
      </div>
      <div className={css.offerbody}>
        <h3 className={css.offertitle} id={`offer-${offer.id}`}>
          <Redacted text={offer.title} />
        </h3>
        {offer.body && (
          <p className={css.preview} data-open={open || undefined}>
            <Redacted text={offer.body} />
          </p>
        )}
        {long && (
          <UnstyledButton onClick={() => setOpen(!open)} c="var(--kh-pine-text)" fw={600} fz="sm" aria-expanded={open}>
            {t(open ? 'offers.less' : 'offers.whole')}
          </UnstyledButton>
        )}
        {open && <Facts text={offer.context} />}
        <div className={css.meta}>
          <Badge color="gray">{format.language(offer.language)}</Badge>
          {offer.tags.slice(0, 4).map((tag) => (
            <Badge key={tag} color="gray">
              {tag}
            </Badge>
          ))}
        </div>
        <PayWhy of={offer.items} currency={offer.reward.currency} />
        <Why of={offer.why} own />
      </div>
      <div className={css.acts}>
        <Button size="md" loading={accept.isPending} onClick={() => accept.mutate()}>
          {t('offers.accept')}
        </Button>
        <Button size="md" variant="subtle" color="gray" loading={decline.isPending} onClick={() => decline.mutate()}>
          {t('offers.decline')}
        </Button>
      </div>
    </Paper>
  );
}

function None() {
  const { t } = useI18n();
  const expert = $api.useQuery('get', '/api/v1/me/expert');
  const enrolments = $api.useQuery('get', '/api/v1/me/enrolments');
  const away = expert.data?.available === false;
  const nowhere = enrolments.data?.data.length === 0;
  const text = nowhere ? 'offers.none.nowhere' : away ? 'offers.none.away' : 'offers.none.text';
  return (
    <Empty
      title={t(nowhere ? 'offers.none.start' : away ? 'offers.none.paused' : 'offers.none')}
      icon={away ? <Coffee size={28} /> : <Clock size={28} />}
      action={
        nowhere ? (
          <Button component={Link} href="/programs">
            {t('programs.title')}
          </Button>
        ) : undefined
      }
    >
      {t(text)}
    </Empty>
  );
}
