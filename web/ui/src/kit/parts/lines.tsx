import type { Schemas } from '../api';
import { Money, useFormat } from '../format';
import { useI18n } from '../i18n';
import css from './lines.module.css';

type Line = Schemas['RewardItem'] | Schemas['QuoteItem'];

/** What a reward is made of, a line for each part in words; they add up to it. */
export function PayLines({ of, currency, title }: { of: readonly Line[]; currency: string; title?: string }) {
  const { t } = useI18n();
  const tell = useTold(currency);
  if (!of.length) return null;
  return (
    <dl className={css.lines} aria-label={title ?? t('pay.title')}>
      {of.map((line) => (
        <div key={line.code}>
          <dt>{tell(line)}</dt>
          <dd>
            <Money of={{ amount: line.minor, currency }} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The same, folded up until one asks. A reward of one part needs no telling. */
export function PayWhy({ of, currency }: { of: readonly Line[]; currency: string }) {
  const { t } = useI18n();
  if (of.length < 2) return null;
  return (
    <details className={css.why}>
      <summary>{t('pay.why')}</summary>
      <PayLines of={of} currency={currency} />
    </details>
  );
}

/** Says where one part comes from, as far as its reader may know. */
function useTold(currency: string) {
  const { t, has } = useI18n();
  const format = useFormat();
  return (line: Line): string => {
    const minutes = format.duration((line.minutes ?? 0) * 60);
    switch (line.code) {
      case 'topic':
        return t(line.topic ? 'pay.topic' : 'pay.topic.plain', { topic: line.topic ?? '' });
      case 'language':
        return t(line.language ? 'pay.language' : 'pay.language.plain', { language: format.language(line.language ?? 'en') });
      case 'effort':
        return t(line.sample ? 'pay.effort' : 'pay.effort.plain', { time: minutes, sample: format.number(line.sample ?? 0) });
      case 'queue':
        return t(line.waiting ? 'pay.queue' : 'pay.queue.plain', { waiting: format.number(line.waiting ?? 0), hands: format.number(line.hands ?? 0) });
      case 'floor':
        if (!line.hourly) return t('pay.floor.plain');
        return t(line.own ? 'pay.floor.own' : 'pay.floor', { hourly: format.money({ amount: line.hourly, currency }), time: minutes });
    }
    const said = `pay.${line.code}`;
    return has(said) ? t(said as 'pay.base') : line.code;
  };
}
