import { $api, Await, Money, type Schemas, useCodes, useFormat, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Paper } from '@mantine/core';
import css from './console.module.css';
import { useBrand } from './place';

type Step = { at: string; text: string; offer?: Schemas['BrandOffer'] };

/** What happened to a question, in order: who was asked, and what they did. */
export function History({ question }: { question: Schemas['BrandQuestion'] }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const { path } = useBrand();
  const offers = $api.useQuery('get', '/api/v1/brands/{brand}/questions/{question}/offers', { params: { path: { ...path, question: question.id } } });
  return (
    <Await read={offers}>
      {({ data }) => {
        const steps: Step[] = [
          { at: question.asked_at, text: t('history.asked') },
          ...data.map((offer) => ({ at: offer.offered_at, text: t('history.offered', { name: offer.handle }), offer })),
          ...(question.first_responded_at ? [{ at: question.first_responded_at, text: t('history.answered') }] : []),
          ...(question.resolved_at ? [{ at: question.resolved_at, text: t('history.resolved') }] : []),
        ].sort((a, b) => a.at.localeCompare(b.at));
        return (
          <Paper>
            <h2 className={layout.subject}>{t('history.title')}</h2>
            <ol className={css.timeline}>
              {steps.map((step, i) => (
                <li key={i}>
                  <div>{step.text}</div>
                  <div className={css.quiet}>
                    {format.moment(step.at)}
                    {step.offer && (
                      <>
                        {' · '}
                        <Money of={step.offer.reward} /> <Badge color="gray">{codes('offer', step.offer.state)}</Badge>
                      </>
                    )}
                  </div>
                </li>
              ))}
            </ol>
          </Paper>
        );
      }}
    </Await>
  );
}
