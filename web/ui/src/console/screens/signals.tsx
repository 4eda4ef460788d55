import { $api, Await, client, Empty, FormDialog, key, Loading, Page, type Schemas, useCodes, useDraft, useFormat, useI18n, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Anchor, Badge, Button, Group, Paper, Select, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import ShieldCheck from 'lucide-react/icons/shield-check';
import { Link } from 'wouter';
import css from '../console.module.css';
import { useNames } from '../names';
import { usePlace } from '../place';
import { reviewTabs, Tabs } from '../tabs';

type Signal = Schemas['Signal'];
type Outcome = Schemas['SettleSignalInBody']['outcome'];

const listed = '/api/v1/programs/{program}/signals';

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
  const signals = $api.useQuery('get', listed, { params: { path: { program } } });
  return (
    <Await read={signals} loading={<Loading rows={2} height={140} />}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty title={t('signals.none')} icon={<ShieldCheck size={28} />}>
            {t('signals.none.text')}
          </Empty>
        ) : (
          <div className={layout.stack}>
            {data.map((signal) => (
              <One key={signal.id} of={signal} program={program} />
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

function One({ of, program }: { of: Signal; program: string }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <Paper component="article" aria-label={t(`signal.${of.kind}`)}>
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          {t(`signal.${of.kind}`)}
        </h2>
        <Group gap="xs">
          {!of.open && <Badge color="gray">{t('signals.settled')}</Badge>}
          <Badge color={of.open ? 'honey' : 'gray'}>{t(`signal.${of.kind}.count`, { count: of.count })}</Badge>
        </Group>
      </div>
      {of.settled && <Said of={of.settled} />}
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
              expert.handle || t('signals.asker')
            )}
          </li>
        ))}
      </ul>
      {of.evidence.length > 0 && (
        <>
          <h3 className={css.small}>{t('signals.evidence')}</h3>
          <ul className={css.links} style={{ flexDirection: 'column' }}>
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
      <Group justify="flex-end" mt="sm">
        <Settle of={of} program={program} />
      </Group>
    </Paper>
  );
}

/** What a person said of a signal last, which may be open again for what came since. */
function Said({ of }: { of: Schemas['Settlement'] }) {
  const { t } = useI18n();
  const codes = useCodes();
  const names = useNames();
  return (
    <Text size="sm" mt="xs">
      <strong>{codes('settlement', of.outcome)}</strong>{' '}
      <span className={css.quiet}>
        <bdi>{names.get(of.by) ?? t('measures.operator')}</bdi> · <When at={of.at} />
      </span>
      <br />
      <span dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
        {of.note}
      </span>
    </Text>
  );
}

/** A named person says what they found, or has a settled signal looked into again. */
function Settle({ of, program }: { of: Signal; program: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  const [open, setOpen] = useState(false);
  const [asOf, setAsOf] = useState(of.as_of); // as it was read, whatever comes while the dialogue is open
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [note, setNote, clear] = useDraft(`signal.${of.id}`, '');
  const settle = useWrite(
    async () => {
      const said = { outcome: of.open ? (outcome as Outcome) : ('reopened' as const), note: note.trim(), as_of: asOf };
      await client.POST('/api/v1/programs/{program}/signals/{signal}/settle', { params: { path: { program, signal: of.id } }, body: said });
      clear();
    },
    { stale: [key(listed)], done: t(of.open ? 'signals.settled' : 'signals.reopened'), after: () => setOpen(false) },
  );
  const title = t(of.open ? 'signals.settle' : 'signals.reopen');
  return (
    <>
      <Button
        variant="default"
        onClick={() => {
          setAsOf(of.as_of);
          setOpen(true);
        }}
      >
        {title}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={title} busy={settle.isPending} disabled={!note.trim() || (of.open && !outcome)} send={() => settle.mutate()}>
        <Text size="sm">{t(of.open ? 'signals.settle.text' : 'signals.reopen.text')}</Text>
        {of.open && (
          <Select
            label={t('signals.outcome')}
            required
            data={(['nothing', 'acted'] as const).map((value) => ({ value, label: codes('settlement', value) }))}
            value={outcome}
            onChange={(value) => setOutcome(value as Outcome)}
            allowDeselect={false}
          />
        )}
        <Textarea label={t('signals.note')} description={t('signals.note.text')} required autosize minRows={2} maxLength={4096} dir="auto" value={note} onChange={(e) => setNote(e.currentTarget.value)} />
      </FormDialog>
    </>
  );
}
