import { $api, Money, type Schemas, useCodes, useI18n, useNow, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Paper, Text } from '@mantine/core';
import Check from 'lucide-react/icons/check';
import type { ReactNode } from 'react';
import { Apply } from './apply';
import { Cards } from './cards';
import { Practice } from './practice';
import { Quiz } from './quiz';
import { RecordButton } from './record';
import { Terms } from './terms';
import css from './work.module.css';

type Own = Schemas['OwnEnrolment'];
type About = Schemas['PublicProgram'];
type Code = Schemas['OnboardingStep']['code'] | 'apply' | 'decision';
type Step = { code: Code; state: Schemas['OnboardingStep']['state']; done: number; of: number };

/** The whole way in, step by step, with what it earns: what was done, what is to be done now, what comes. */
export function Path({ program, own, about }: { program: string; own: Own | undefined; about: About | undefined }) {
  const { t } = useI18n();
  const applied = own !== undefined && own.state !== 'left' && own.state !== 'rejected';
  const onboarding = $api.useQuery('get', '/api/v1/programs/{program}/application/onboarding', { params: { path: { program } } }, { enabled: applied, retry: false, refetchInterval: 20_000 });
  const now = useNow(60_000);
  const early = own?.state === 'rejected' && own.reapply_at !== null && Date.parse(own.reapply_at) > now;
  const steps = stepsOf(applied, applied ? onboarding.data : undefined, about);
  const at = steps.findIndex((step) => step.state !== 'done');
  const ways: Record<Code, ReactNode> = {
    apply: early ? null : <Apply program={program} />,
    terms: <Terms program={program} />,
    cards: <Cards program={program} only />,
    platform_quiz: <Quiz />,
    quiz: <Quiz program={program} />,
    practice: <Practice program={program} />,
    decision: <Text c="dimmed">{t('path.decision.text')}</Text>,
  };
  return (
    <>
      {own?.state === 'rejected' && <Declined own={own} />}
      {own?.state === 'left' && <Gone />}
      {own?.waiting && (
        <Alert color="honey" title={t('path.waiting')}>
          {onboarding.data && (onboarding.data.ahead ? t('path.waiting.text', { count: onboarding.data.ahead }) : t('path.waiting.next'))}
        </Alert>
      )}
      <Paper>
        <Pay onboarding={onboarding.data} about={about} />
        <ol className={css.steps}>
          {steps.map((step, i) => (
            <li key={step.code} className={css.step} data-state={step.state === 'done' ? 'done' : i === at ? 'now' : 'next'} aria-current={i === at ? 'step' : undefined}>
              <span className={css.dot} aria-hidden>
                {step.state === 'done' ? <Check size={18} /> : i + 1}
              </span>
              <div className={css.stepbody}>
                <h2 className={layout.subject} style={{ marginTop: 5 }}>
                  {t(`path.${step.code}`)}
                  {step.of > 1 && <span className={css.count}> {t('path.count', { done: step.done, of: step.of })}</span>}
                  {step.state === 'done' && <span className="kh-hidden"> ({t('path.done')})</span>}
                </h2>
                {i === at ? !own?.waiting && ways[step.code] : step.state !== 'done' && <Text c="dimmed" size="sm">{t(`path.${step.code}.about`)}</Text>}
              </div>
            </li>
          ))}
        </ol>
      </Paper>
    </>
  );
}

/** One has left: what one earned is paid, and the record of it is one's own. */
function Gone() {
  const { t } = useI18n();
  return (
    <Paper>
      <h2 className={layout.subject}>{t('path.left')}</h2>
      <Text mb="sm">{t('path.left.text')}</Text>
      <RecordButton />
    </Paper>
  );
}

/** What is asked: of who has applied by how far they are, of others by what the program says of itself. */
function stepsOf(applied: boolean, onboarding: Schemas['Onboarding'] | undefined, about: About | undefined): Step[] {
  const once = (code: Code, done: boolean): Step => ({ code, state: done ? 'done' : 'open', done: done ? 1 : 0, of: 1 });
  const asks = about?.asks;
  const expected = (['terms', 'cards', 'quiz', 'practice'] as const).filter((code) => asks?.[code]).map((code) => once(code, false));
  return [once('apply', applied), ...(onboarding ? onboarding.steps : expected), once('decision', false)];
}

/** What the onboarding earns, and when: all of it together, whoever decides what. */
function Pay({ onboarding, about }: { onboarding: Schemas['Onboarding'] | undefined; about: About | undefined }) {
  const { t, rich } = useI18n();
  const pays = onboarding?.pays ?? (about && about.onboarding.amount > 0 ? about.onboarding : null);
  if (onboarding?.paid_at && pays) {
    return (
      <Alert mb="lg" title={t('path.paid')}>
        {rich('path.paid.text', { pay: <Money of={pays} />, at: <When at={onboarding.paid_at} absolute /> })}
      </Alert>
    );
  }
  return (
    <Text mb="lg" c={pays ? undefined : 'dimmed'}>
      {pays ? rich('path.pays', { pay: <Money of={pays} /> }) : t('path.pays_nothing')}
    </Text>
  );
}

/** Why one was declined, and when one may try again. */
function Declined({ own }: { own: Own }) {
  const { t, has } = useI18n();
  const codes = useCodes();
  const now = useNow(60_000);
  return (
    <Alert color="brick" title={t('path.rejected')}>
      {own.decision && <Text fw={600}>{has(`decision.${own.decision}`) ? codes('decision', own.decision) : own.decision}</Text>}
      {own.note && <Text dir="auto">{own.note}</Text>}
      <Text>
        {own.reapply_at && Date.parse(own.reapply_at) > now ? (
          <>
            {t('path.again')} <When at={own.reapply_at} absolute />
          </>
        ) : (
          t('path.again_now')
        )}
      </Text>
    </Alert>
  );
}
