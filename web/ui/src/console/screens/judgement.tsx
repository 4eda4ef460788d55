import { Await, client, Empty, FormDialog, Judged, key, Loading, Money, More, Page, PageList, Redacted, type Schemas, useCodes, useDraft, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Box, Button, Paper, Select, Text, Textarea } from '@mantine/core';
import Gavel from 'lucide-react/icons/gavel';
import { useState } from 'react';
import { RefusalAppeals } from '../appeals';
import css from '../console.module.css';
import { MeasureAppeals } from '../measures';
import { useNames } from '../names';
import { useBrand, usePlace } from '../place';

type Proposal = Schemas['Proposal'];
type Refusal = Schemas['Refusal'];

/** Where pay is at stake: what was proposed, what was appealed, what became of it. */
export default function Judgement() {
  const { t } = useI18n();
  const { may } = usePlace();
  return (
    <Page title={t('judgement.title')} about={t('judgement.about')}>
      <div className={layout.stack}>
        {may('decide_appeal') && <RefusalAppeals />}
        {may('decide_appeal') && <MeasureAppeals />}
        {may('refuse_pay') && <Proposals />}
        <Refusals />
      </div>
    </Page>
  );
}

function Proposals() {
  const { t } = useI18n();
  const { path } = useBrand();
  const list = usePages<Proposal>('/api/v1/brands/{brand}/proposals', async (cursor) => (await client.GET('/api/v1/brands/{brand}/proposals', { params: { path, query: { cursor, limit: 10 } } })).data!, path);
  return (
    <section>
      <h2 className={layout.subject}>{t('proposals.title')}</h2>
      <Await read={list} loading={<Loading rows={1} height={180} />}>
        {(rows) =>
          rows.length === 0 ? (
            <Paper>
              <Text c="dimmed">{t('proposals.none')}</Text>
            </Paper>
          ) : (
            <div className={layout.stack}>
              {rows.map((row) => (
                <Paper key={row.review} component="article">
                  <div className={layout.row} style={{ marginBottom: 14 }}>
                    <span className={css.quiet}>
                      {t('proposals.release')} <When at={row.release_at} />
                    </span>
                    <Refuse of={row} />
                  </div>
                  <Box mb="md">
                    <strong>{t('proposals.note')}</strong>
                    <Text dir="auto">{row.note}</Text>
                  </Box>
                  <Judged of={row.work} />
                </Paper>
              ))}
              <More of={list} />
            </div>
          )
        }
      </Await>
    </section>
  );
}

const reasons = ['no_answer', 'wrong', 'unsafe', 'abusive', 'privacy', 'copied', 'fraud'] as const;

/** A named person refuses, for a listed reason, with what shows it. */
function Refuse({ of }: { of: Proposal }) {
  const { t } = useI18n();
  const codes = useCodes();
  const { me } = usePlace();
  const { path } = useBrand();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<(typeof reasons)[number] | null>(null);
  const [evidence, setEvidence, clear] = useDraft(`refuse.${of.assignment}`, '');
  const refuse = useWrite(
    async () => {
      await client.POST('/api/v1/brands/{brand}/assignments/{assignment}/refusal', {
        params: { path: { ...path, assignment: of.assignment } },
        body: { reason: reason as (typeof reasons)[number], evidence: evidence.trim() },
      });
      clear();
    },
    { stale: [key('/api/v1/brands/{brand}/proposals'), key('/api/v1/brands/{brand}/refusals')], done: t('refuse.done'), after: () => setOpen(false) },
  );
  return (
    <>
      <Button variant="light" color="brick" onClick={() => setOpen(true)}>
        {t('refuse.title')}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('refuse.title')} danger busy={refuse.isPending} disabled={!reason || !evidence.trim()} send={() => refuse.mutate()}>
        <Text size="sm">{t('refuse.text', { name: me.name })}</Text>
        <Select
          label={t('refuse.reason')}
          required
          data={reasons.map((value) => ({ value, label: codes('refusal', value) }))}
          value={reason}
          onChange={(value) => setReason(value as typeof reason)}
          allowDeselect={false}
        />
        <Textarea label={t('refuse.evidence')} required autosize minRows={3} maxLength={4096} dir="auto" value={evidence} onChange={(e) => setEvidence(e.currentTarget.value)} />
      </FormDialog>
    </>
  );
}

const tone: Record<string, string> = { appealable: 'honey', appealed: 'honey', final: 'gray', overturned: 'pine', lapsed: 'pine' };

function Refusals() {
  const { t } = useI18n();
  const codes = useCodes();
  const { path } = useBrand();
  const names = useNames();
  const list = usePages<Refusal>('/api/v1/brands/{brand}/refusals', async (cursor) => (await client.GET('/api/v1/brands/{brand}/refusals', { params: { path, query: { cursor, limit: 30 } } })).data!, path);
  return (
    <section>
      <h2 className={layout.subject}>{t('refusals.title')}</h2>
      <Paper p={0}>
        <PageList
          of={list}
          empty={<Empty title={t('refusals.none')} icon={<Gavel size={28} />} />}
          label={t('refusals.title')}
          rowKey={(row) => row.id}
          href={(row) => `/questions/${row.question}`}
          columns={[
            { key: 'title', label: t('queue.question'), lead: true, cell: (row) => <Redacted text={row.title} /> },
            { key: 'reason', label: t('refuse.reason'), cell: (row) => codes('refusal', row.reason) },
            { key: 'by', label: t('refusals.by'), cell: (row) => names.get(row.refused_by) ?? '–' },
            { key: 'state', label: t('queue.state'), cell: (row) => <Badge color={tone[row.state] ?? 'gray'}>{codes('refusal_state', row.state)}</Badge> },
            { key: 'at', label: t('refusals.at'), cell: (row) => <When at={row.refused_at} /> },
            { key: 'amount', label: t('refusals.amount'), end: true, cell: (row) => <Money of={row.amount} /> },
          ]}
        />
      </Paper>
    </section>
  );
}
