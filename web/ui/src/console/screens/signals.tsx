import { $api, Await, Empty, Loading, Page, type Schemas, useFormat, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Anchor, Badge, Paper, Text } from '@mantine/core';
import ShieldCheck from 'lucide-react/icons/shield-check';
import { Link } from 'wouter';
import css from '../console.module.css';
import { usePlace } from '../place';
import { reviewTabs, Tabs } from '../tabs';

type Signal = Schemas['Signal'];

/** Patterns that a person should look at: what each rests on, and what may be done. */
export default function Signals() {
  const { t } = useI18n();
  const { program } = usePlace();
  return (
    <Page title={t('signals.title')} about={t('signals.about')}>
      <Tabs label={t('reviews.title')} of={reviewTabs} />
      {program && <List program={program.id} />}
    </Page>
  );
}

function List({ program }: { program: string }) {
  const { t } = useI18n();
  const signals = $api.useQuery('get', '/api/v1/programs/{program}/signals', { params: { path: { program } } });
  return (
    <Await read={signals} loading={<Loading rows={2} height={140} />}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty title={t('signals.none')} icon={<ShieldCheck size={28} />}>
            {t('signals.none.text')}
          </Empty>
        ) : (
          <div className={layout.stack}>
            {data.map((signal, i) => (
              <One key={i} of={signal} />
            ))}
            <Text size="sm" c="dimmed">
              {t('signals.nothing_follows')}
            </Text>
          </div>
        )
      }
    </Await>
  );
}

function One({ of }: { of: Signal }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <Paper component="article" aria-label={t(`signal.${of.kind}`)}>
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          {t(`signal.${of.kind}`)}
        </h2>
        <Badge color="honey">{t(`signal.${of.kind}.count`, { count: of.count })}</Badge>
      </div>
      <Text mt="xs">{t(`signal.${of.kind}.text`)}</Text>
      {of.odds > 0 && (
        <Text size="sm" c="dimmed">
          {t('signals.odds', { times: format.number(Math.round(10 ** Math.min(of.odds, 12))) })}
        </Text>
      )}
      <h3 className={css.small}>{t('signals.whom')}</h3>
      <ul className={css.links}>
        {of.experts.map((expert) => (
          <li key={expert.person}>
            {expert.enrolment ? (
              <Anchor component={Link} href={`/roster/${expert.enrolment}`}>
                {expert.handle}
              </Anchor>
            ) : (
              expert.handle
            )}
          </li>
        ))}
      </ul>
      {of.evidence.length > 0 && (
        <>
          <h3 className={css.small}>{t('signals.evidence')}</h3>
          <ul className={css.links}>
            {of.evidence.map(({ assignment, question, title }) => (
              <li key={assignment}>
                <Anchor component={Link} href={`/questions/${question}`} dir="auto">
                  {title}
                </Anchor>
                {of.alike
                  .filter(({ by }) => by === assignment)
                  .map((like) => (
                    <Text key={like.of} size="sm" c="dimmed">
                      {t('signals.alike', {
                        share: format.percent(like.share_bp / 10_000),
                        title: of.evidence.find((other) => other.assignment === like.of)?.title ?? '…',
                      })}
                    </Text>
                  ))}
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 className={css.small}>{t('signals.may')}</h3>
      <Text size="sm">{t(`signal.${of.kind}.may`)}</Text>
    </Paper>
  );
}
