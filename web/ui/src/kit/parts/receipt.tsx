import { Badge, Button, Paper, Text } from '@mantine/core';
import Printer from 'lucide-react/icons/printer';
import type { ReactNode } from 'react';
import type { Schemas } from '../api';
import { Money, useFormat } from '../format';
import { useCodes, useI18n } from '../i18n';
import { Redacted } from './hidden';
import { PayLines } from './lines';
import { Why } from './why';
import css from './receipt.module.css';

type Answered = Schemas['Receipt'];

/** The answer receipt: one projection, shown for whom it was made. */
export function Receipt({ of, title }: { of: Answered; title?: string }) {
  const { t, has } = useI18n();
  const codes = useCodes();
  return (
    <Paper component="article" className={css.receipt} p={0} aria-label={t('receipt.title')}>
      <header className={css.head}>
        <div>
          {title && (
            <h2 className={css.name}>
              <Redacted text={title} />
            </h2>
          )}
          <div className={css.tags}>
            <Badge>{codes('state', of.state)}</Badge>
            {of.reason && <Badge color="gray">{has(`ended.${of.state}.${of.reason}`) ? codes(`ended.${of.state}`, of.reason) : codes('ended', of.reason)}</Badge>}
            {of.sandbox && <Badge color="honey">{t('sandbox')}</Badge>}
          </div>
        </div>
        <Button variant="default" className="kh-noprint" leftSection={<Printer size={17} aria-hidden />} onClick={() => window.print()}>
          {t('print')}
        </Button>
      </header>
      <Waited of={of} />
      <Turns of={of} />
      <Part title={t('receipt.hidden')}>
        <Hidden counts={of.hidden} />
      </Part>
      {of.money && <Spent money={of.money} />}
      <Checked of={of} />
      <Part title={t('receipt.undo')}>
        <Undone of={of} />
      </Part>
      {/* the id is isolated, and read from left to right */}
      <footer className={css.foot}>{t('receipt.question', { id: `\u2066${of.question}\u2069` })}</footer>
    </Paper>
  );
}

/** Whether something is still awaited. */
const open = (state: string) => !['resolved', 'withdrawn'].includes(state);

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h3 className={css.subject}>{title}</h3>
      <div className={css.matter}>{children}</div>
    </section>
  );
}

function Waited({ of: { wait } }: { of: Answered }) {
  const { t } = useI18n();
  const format = useFormat();
  const asked = Date.parse(wait.asked_at);
  const rows = [
    { label: t('receipt.first'), due: wait.first_response_due, at: wait.first_response },
    { label: t('receipt.solved'), due: wait.resolution_due, at: wait.resolution },
  ];
  return (
    <Part title={t('receipt.wait')}>
      <p className={css.line}>
        {t('receipt.asked')} · {format.moment(wait.asked_at)}
      </p>
      {rows.map(({ label, due, at }) => {
        const promised = (Date.parse(due) - asked) / 1000;
        const took = at ? (Date.parse(at) - asked) / 1000 : null;
        const kept = took === null ? null : took <= promised;
        return (
          <div key={label} className={css.wait}>
            <div className={css.between}>
              <strong>{label}</strong>
              <span>{took === null ? t('receipt.not_yet') : t('receipt.took', { time: format.duration(took) })}</span>
            </div>
            <div className={css.scale} aria-hidden>
              <span style={{ inlineSize: `${Math.min(100, took === null ? 0 : (took / Math.max(promised, 1)) * 100)}%` }} data-late={kept === false || undefined} />
            </div>
            <div className={css.between}>
              <Text size="sm" c="dimmed">
                {t('receipt.promised', { time: format.duration(promised) })}
              </Text>
              {kept !== null && <Badge color={kept ? 'pine' : 'brick'}>{t(kept ? 'receipt.kept' : 'receipt.missed')}</Badge>}
            </div>
          </div>
        );
      })}
    </Part>
  );
}

function Turns({ of }: { of: Answered }) {
  const { t, has } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  if (!of.turns.length) return null;
  const named = (state: string) => (of.view !== 'expert' && has(`turn.${state}.other`) ? `${state}.other` : state); // whose it is, or another's
  return (
    <Part title={t('receipt.who')}>
      {of.turns.map((turn) => (
        <div key={turn.attempt + turn.accepted_at} className={css.turn}>
          <div className={css.between}>
            <strong>{turn.expert}</strong>
            {turn.reward && <Money of={turn.reward} />}
          </div>
          <div className={css.between}>
            <Text size="sm" c="dimmed">
              {t('receipt.of_pool', { asked: turn.asked, of: turn.of })}
            </Text>
            <Badge color={turn.state === 'refused' ? 'brick' : 'gray'}>{codes('turn', named(turn.state))}</Badge>
          </div>
          {turn.reward && <PayLines of={turn.items ?? []} currency={turn.reward.currency} />}
          {turn.thanks?.map((thanks) => (
            <div key={thanks.at} className={css.between}>
              <Text size="sm" dir="auto">
                {t('receipt.thanks')}
                {thanks.reason && `: ${thanks.reason}`}
              </Text>
              <Money of={thanks.amount} />
            </div>
          ))}
          {turn.why && <Why of={turn.why} own={of.view === 'expert'} at={turn.accepted_at} />}
          {turn.release_at && !turn.settled_at && (
            <Text size="sm" c="dimmed">
              {t('receipt.release', { time: format.moment(turn.release_at) })}
            </Text>
          )}
          {turn.taken_back_at && (
            <Text size="sm">{t('receipt.taken_back', { time: format.moment(turn.taken_back_at) })}</Text>
          )}
        </div>
      ))}
    </Part>
  );
}

function Hidden({ counts }: { counts: Record<string, number> }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const kinds = Object.entries(counts).filter(([, n]) => n > 0);
  if (!kinds.length) return <p className={css.line}>{t('receipt.hidden.none')}</p>;
  return <p className={css.line}>{format.list(kinds.map(([kind, count]) => codes('hidden', kind, { count })))}</p>;
}

/** Every cent that was set aside, as a bar that adds up. */
function Spent({ money }: { money: NonNullable<Answered['money']> }) {
  const { t } = useI18n();
  const parts = (['experts', 'fees', 'returned', 'still_held'] as const).map((part) => ({ part, amount: money[part] })).filter(({ amount }) => amount > 0);
  const sum = (amount: number) => ({ amount, currency: money.currency });
  return (
    <Part title={t('receipt.money')}>
      <div className={css.bar} aria-hidden>
        {parts.map(({ part, amount }) => (
          <span key={part} data-part={part} style={{ flexGrow: amount }} />
        ))}
      </div>
      <dl className={css.sums}>
        {parts.map(({ part, amount }) => (
          <div key={part} className={css.between}>
            <dt data-part={part}>{t(`receipt.${part}`)}</dt>
            <dd>
              <Money of={sum(amount)} />
            </dd>
          </div>
        ))}
        <div className={`${css.between} ${css.total}`}>
          <dt>{t('receipt.held')}</dt>
          <dd>
            <Money of={sum(money.held)} />
          </dd>
        </div>
      </dl>
    </Part>
  );
}

function Checked({ of: { checks, state } }: { of: Answered }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  return (
    <Part title={t('receipt.checks')}>
      {checks.length === 0 && <p className={css.line}>{t(open(state) ? 'receipt.checks.open' : 'receipt.checks.none')}</p>}
      <ul className={css.checks}>
        {checks.map((check, i) => (
          <li key={i} className={css.between}>
            <span>
              {codes('check', check.what)}
              {check.outcome && `: ${codes(check.what === 'refused' ? 'refusal' : 'check.outcome', check.outcome)}`}
            </span>
            <Text size="sm" c="dimmed" component="span">
              {[check.by && t('check.by', { n: check.by.replace(/\D+/g, '') }), format.moment(check.at)].filter(Boolean).join(' · ')}
            </Text>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Undone({ of: { undo, state } }: { of: Answered }) {
  const { t, has } = useI18n();
  const format = useFormat();
  if (!undo.length) return <p className={css.line}>{t(open(state) ? 'receipt.undo.open' : 'receipt.undo.none')}</p>;
  return (
    <>
      {undo.map((way) => (
        <p key={way.how} className={css.line}>
          {has(`receipt.undo.${way.how}`) ? t(`receipt.undo.${way.how}` as 'receipt.undo.reopen', { time: format.moment(way.until) }) : way.how}
        </p>
      ))}
    </>
  );
}
