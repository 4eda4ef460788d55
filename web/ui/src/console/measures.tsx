import { $api, Await, client, FormDialog, key, Loading, More, type Schemas, useCodes, useDraft, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, MultiSelect, Paper, Select, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import css from './console.module.css';
import { useNames } from './names';
import { useBrand } from './place';

type Measure = Schemas['Measure'];
type Enrolment = Schemas['Enrolment'];
type Reason = Schemas['SuspendInBody']['reason'];

const reasons: Reason[] = ['quality', 'conduct', 'privacy', 'fraud', 'terms'];
const tone: Record<string, string> = { in_force: 'brick', appealed: 'honey', confirmed: 'brick' };
const stale = [key('/api/v1/enrolments/{enrolment}'), key('/api/v1/programs/{program}/enrolments'), key('/api/v1/programs/{program}/measures')];

/** A named person stops an expert, or keeps them from topics: a listed reason, and what shows it. */
export function Impose({ of, kind }: { of: Enrolment; kind: 'suspension' | 'restriction' }) {
  const { t } = useI18n();
  const codes = useCodes();
  const suspends = kind === 'suspension';
  const all = $api.useQuery('get', '/api/v1/programs/{program}/topics', { params: { path: { program: of.program } } }, { enabled: !suspends });
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<Reason | null>(null);
  const [topics, setTopics] = useState<string[]>([]);
  const [evidence, setEvidence, clear] = useDraft(`${kind}.${of.id}`, '');
  const impose = useWrite(
    async () => {
      const params = { path: { enrolment: of.id } };
      const said = { reason: reason as Reason, evidence: evidence.trim() };
      if (suspends) await client.POST('/api/v1/enrolments/{enrolment}/suspend', { params, body: said });
      else await client.POST('/api/v1/enrolments/{enrolment}/restrict', { params, body: { ...said, topics } });
      clear();
    },
    { stale, done: t(suspends ? 'expert.suspended' : 'expert.restricted'), after: () => setOpen(false) },
  );
  const title = t(suspends ? 'expert.suspend' : 'expert.restrict');
  return (
    <>
      <Button variant="light" color="brick" onClick={() => setOpen(true)}>
        {title}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={title} danger busy={impose.isPending} disabled={!reason || !evidence.trim() || (!suspends && topics.length === 0)} send={() => impose.mutate()}>
        <Text size="sm">{t(suspends ? 'expert.suspend.text' : 'expert.restrict.text')}</Text>
        {!suspends && (
          <MultiSelect label={t('expert.restrict.topics')} required data={all.data?.data.map((topic) => ({ value: topic.slug, label: topic.name })) ?? []} value={topics} onChange={setTopics} />
        )}
        <Select label={t('refuse.reason')} required data={reasons.map((value) => ({ value, label: codes('suspension', value) }))} value={reason} onChange={(value) => setReason(value as Reason)} allowDeselect={false} />
        <Textarea label={t('expert.evidence')} description={t('expert.evidence.text')} required autosize minRows={3} maxLength={4096} dir="auto" value={evidence} onChange={(e) => setEvidence(e.currentTarget.value)} />
      </FormDialog>
    </>
  );
}

/** Everything that was decided against one expert, and what became of it. */
export function Measures({ of }: { of: Enrolment }) {
  const { t } = useI18n();
  const path = { program: of.program };
  const list = usePages<Measure>(
    '/api/v1/programs/{program}/measures',
    async (cursor) => (await client.GET('/api/v1/programs/{program}/measures', { params: { path, query: { enrolment: of.id, cursor, limit: 20 } } })).data!,
    { ...path, enrolment: of.id },
  );
  return (
    <section>
      <h2 className={layout.subject}>{t('measures.title')}</h2>
      <Await read={list} loading={<Loading rows={1} height={90} />}>
        {(rows) => (
          <div className={layout.stack}>
            {rows.length === 0 && (
              <Paper>
                <Text c="dimmed">{t('measures.none')}</Text>
              </Paper>
            )}
            {rows.map((row) => (
              <Paper key={row.id} component="article">
                <What of={row} />
              </Paper>
            ))}
            <More of={list} />
          </div>
        )}
      </Await>
    </section>
  );
}

/** A measure: who, why, what the expert said and what was decided. */
function What({ of }: { of: Measure }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const names = useNames();
  return (
    <Stack gap="xs">
      <div className={layout.row}>
        <strong>
          {codes('measure', of.kind)}: {codes('suspension', of.reason)}
        </strong>
        <Badge color={tone[of.state] ?? 'gray'}>{codes('measure_state', of.state)}</Badge>
      </div>
      <span className={css.quiet}>
        {t('measures.by')} <bdi>{names.get(of.imposed_by) ?? t('measures.operator')}</bdi> · <When at={of.imposed_at} />
      </span>
      {of.topics.length > 0 && (
        <Text size="sm">
          {t('measures.topics')} <bdi>{format.list(of.topics)}</bdi>
        </Text>
      )}
      <Text dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
        {of.evidence}
      </Text>
      {of.statement && (
        <Text dir="auto">
          <strong>{t('measures.statement')}</strong> {of.statement}
        </Text>
      )}
      {of.decision && (
        <Text dir="auto">
          <strong>{t('measures.decision')}</strong> {of.decision}
        </Text>
      )}
      {of.decided_by && (
        <span className={css.quiet}>
          {t('measures.decided_by')} <bdi>{names.get(of.decided_by) ?? t('measures.operator')}</bdi>
        </span>
      )}
    </Stack>
  );
}

/** Appeals that wait for somebody else than who decided. */
export function MeasureAppeals() {
  const { t } = useI18n();
  const { path } = useBrand();
  const list = usePages<Measure>('/api/v1/brands/{brand}/measure_appeals', async (cursor) => (await client.GET('/api/v1/brands/{brand}/measure_appeals', { params: { path, query: { cursor, limit: 10 } } })).data!, path);
  return (
    <section>
      <h2 className={layout.subject}>{t('measures.appeals')}</h2>
      <Await read={list} loading={<Loading rows={1} height={140} />}>
        {(rows) =>
          rows.length === 0 ? (
            <Paper>
              <Text c="dimmed">{t('measures.appeals.none')}</Text>
            </Paper>
          ) : (
            <div className={layout.stack}>
              {rows.map((row) => (
                <Paper key={row.id} component="article" className={css.work}>
                  <span className={css.quiet}>
                    <bdi>{row.expert}</bdi> · <bdi>{row.program_name}</bdi> · {t('appeals.by')} {row.decide_by && <When at={row.decide_by} />}. {t('measures.else')}
                  </span>
                  <What of={row} />
                  <Decide of={row} />
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

function Decide({ of }: { of: Measure }) {
  const { t } = useI18n();
  const { path } = useBrand();
  const [reason, setReason, clear] = useDraft(`measure.${of.id}`, '');
  const decide = useWrite(
    async (upheld: boolean) => {
      await client.POST('/api/v1/brands/{brand}/measure_appeals/{measure}/decision', { params: { path: { ...path, measure: of.id } }, body: { upheld, reason: reason.trim() } });
      clear();
    },
    { stale: [...stale, key('/api/v1/brands/{brand}/measure_appeals')], done: t('appeals.done') },
  );
  return (
    <form className={layout.stack} style={{ gap: 12 }} onSubmit={(e) => e.preventDefault()}>
      <Textarea label={t('appeals.reason')} required autosize minRows={2} maxLength={4096} dir="auto" value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" disabled={!reason.trim()} loading={decide.isPending && decide.variables === false} onClick={() => decide.mutate(false)}>
          {t('measures.holds')}
        </Button>
        <Button disabled={!reason.trim()} loading={decide.isPending && decide.variables === true} onClick={() => decide.mutate(true)}>
          {t('measures.ends')}
        </Button>
      </Group>
    </form>
  );
}

/** Takes a measure back, which a person may do at any time. */
export function useLift(of: Enrolment) {
  const { t } = useI18n();
  const params = { path: { enrolment: of.id } };
  const reinstate = useWrite(() => client.POST('/api/v1/enrolments/{enrolment}/reinstate', { params }), { stale, done: t('expert.reinstated') });
  const unrestrict = useWrite(() => client.POST('/api/v1/enrolments/{enrolment}/unrestrict', { params }), { stale, done: t('expert.unrestricted') });
  return { reinstate, unrestrict };
}
