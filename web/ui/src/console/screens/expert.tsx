import { $api, Await, client, FormDialog, key, Page, type Schemas, useCodes, useConfirm, useDraft, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Checkbox, Group, Paper, Select, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useParams } from 'wouter';
import css from '../console.module.css';
import { usePlace } from '../place';
import { Impose, Measures, useLift } from '../measures';
import { enrolmentTones } from './roster';

type Enrolment = Schemas['Enrolment'];
const stale = [key('/api/v1/enrolments/{enrolment}'), key('/api/v1/programs/{program}/enrolments')];

/** One expert of the program: who they are, and what people decide about them. */
export default function Expert() {
  const { t } = useI18n();
  const codes = useCodes();
  const { enrolment = '' } = useParams();
  const read = $api.useQuery('get', '/api/v1/enrolments/{enrolment}', { params: { path: { enrolment } } });
  return (
    <Page
      title={read.data?.handle || read.data?.name || t('roster.expert')}
      back={{ to: '/roster', label: t('roster.title') }}
      about={read.data && <Badge color={enrolmentTones[read.data.state] ?? 'gray'}>{codes('enrolment', read.data.state)}</Badge>}
      narrow
    >
      <Await read={read}>
        {(of) => (
          <div className={layout.stack}>
            <Known of={of} />
            <Decisions of={of} />
            <Judged of={of} />
            <Certificates key={of.certified.join()} of={of} />
          </div>
        )}
      </Await>
    </Page>
  );
}

function Known({ of }: { of: Enrolment }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const rows: [string, string][] = [
    ...(of.name ? ([[t('expert.name'), of.name]] as [string, string][]) : []),
    [t('expert.country'), of.country ? format.country(of.country) : '–'],
    [t('roster.languages'), format.list(of.languages.map(format.language))],
    [t('expert.applied'), format.moment(of.applied_at)],
    [t('expert.enrolled'), of.enrolled_at ? format.moment(of.enrolled_at) : '–'],
    [t('roster.available'), t(of.available ? 'roster.yes' : 'roster.no')],
  ];
  return (
    <Paper>
      <dl className={css.facts}>
        {rows.map(([label, value]) => (
          <div key={label} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {of.motivation && (
        <>
          <h2 className={layout.subject} style={{ marginTop: 18 }}>
            {t('expert.motivation')}
          </h2>
          <Text dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
            {of.motivation}
          </Text>
        </>
      )}
      {(of.owns || of.uses) && (
        <Text mt="sm" dir="auto">
          {of.owns && `${t('expert.owns')}: ${of.owns}. `}
          {of.uses && `${t('expert.uses')}: ${t(`expert.uses.${of.uses as 'daily'}`)}.`}
        </Text>
      )}
      {of.decision_code && (
        <Text mt="md" c="dimmed" dir="auto">
          {codes('decision', of.decision_code)} {of.decision_note} {of.reapply_at && `${t('expert.reapply')}: ${format.moment(of.reapply_at)}`}
        </Text>
      )}
    </Paper>
  );
}

/** Each is a person's own decision, and the expert reads its reason. */
function Decisions({ of }: { of: Enrolment }) {
  const { t } = useI18n();
  const { may } = usePlace();
  const { ask, dialog } = useConfirm();
  const params = { path: { enrolment: of.id } };
  const approve = useWrite(() => client.POST('/api/v1/enrolments/{enrolment}/approve', { params }), { stale, done: t('expert.approved') });
  const activate = useWrite(() => client.POST('/api/v1/enrolments/{enrolment}/activate', { params }), { stale, done: t('expert.activated') });
  const { reinstate, unrestrict } = useLift(of);
  const applying = of.state === 'applied' || of.state === 'assessing';
  return (
    <Group gap="sm">
      {may('approve_experts') && applying && (
        <>
          <Button loading={approve.isPending} onClick={() => approve.mutate()}>
            {t('expert.approve')}
          </Button>
          <Reasoned
            title={t('expert.reject')}
            codes="decision"
            reasons={['incomplete', 'knowledge', 'language', 'eligibility', 'conduct']}
            draft={`reject.${of.id}`}
            send={(reason, note) => client.POST('/api/v1/enrolments/{enrolment}/reject', { params, body: { reason: reason as Schemas['RejectInBody']['reason'], note } })}
          />
        </>
      )}
      {may('approve_experts') && of.state === 'probation' && (
        <Button loading={activate.isPending} onClick={() => activate.mutate()}>
          {t('expert.activate')}
        </Button>
      )}
      {may('suspend_experts') && ['probation', 'active', 'paused'].includes(of.state) && (
        <>
          <Impose of={of} kind="suspension" />
          {of.restricted.length === 0 ? (
            <Impose of={of} kind="restriction" />
          ) : (
            <Button variant="default" onClick={() => ask({ title: t('expert.unrestrict'), text: t('expert.unrestrict.text'), yes: t('expert.unrestrict'), act: () => unrestrict.mutateAsync() })}>
              {t('expert.unrestrict')}
            </Button>
          )}
        </>
      )}
      {may('suspend_experts') && of.state === 'suspended' && (
        <Button onClick={() => ask({ title: t('expert.reinstate'), text: t('expert.reinstate.text'), yes: t('expert.reinstate'), act: () => reinstate.mutateAsync() })}>{t('expert.reinstate')}</Button>
      )}
      {dialog}
    </Group>
  );
}

/** What was decided against them, for who may decide so. */
function Judged({ of }: { of: Enrolment }) {
  const { may } = usePlace();
  return may('suspend_experts') && of.enrolled_at ? <Measures of={of} /> : null;
}

/** A decision against somebody: a listed reason, and a note that they read. */
function Reasoned({ title, text, codes: group, reasons, draft, send }: { title: string; text?: string; codes: string; reasons: string[]; draft: string; send: (reason: string, note?: string) => Promise<unknown> }) {
  const { t } = useI18n();
  const codes = useCodes();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<string | null>(null);
  const [note, setNote, clear] = useDraft(draft, '');
  const decide = useWrite(
    async () => {
      await send(reason as string, note.trim() || undefined);
      clear();
    },
    { stale, after: () => setOpen(false) },
  );
  return (
    <>
      <Button variant="light" color="brick" onClick={() => setOpen(true)}>
        {title}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={title} danger busy={decide.isPending} disabled={!reason} send={() => decide.mutate()}>
        {text && <Text size="sm">{text}</Text>}
        <Select label={t('refuse.reason')} required data={reasons.map((value) => ({ value, label: codes(group, value) }))} value={reason} onChange={setReason} allowDeselect={false} />
        <Textarea label={t('expert.note')} description={t('expert.note.text')} autosize minRows={3} maxLength={2000} dir="auto" value={note} onChange={(e) => setNote(e.currentTarget.value)} />
      </FormDialog>
    </>
  );
}

/** Topics that need a certificate, and whether this expert has it. */
function Certificates({ of }: { of: Enrolment }) {
  const { t } = useI18n();
  const { may } = usePlace();
  const topics = $api.useQuery('get', '/api/v1/programs/{program}/topics', { params: { path: { program: of.program } } });
  const [chosen, setChosen] = useState<string[]>(of.certified);
  const save = useWrite(() => client.PUT('/api/v1/enrolments/{enrolment}/certified', { params: { path: { enrolment: of.id } }, body: { topics: chosen } }), { stale, done: t('saved') });
  const certified = topics.data?.data.filter((topic) => topic.mode === 'certified') ?? [];
  if (!may('approve_experts') || certified.length === 0) return null;
  return (
    <Paper>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Checkbox.Group label={t('expert.certified')} description={t('expert.certified.text')} value={chosen} onChange={setChosen}>
          <Stack gap="xs" mt="sm">
            {certified.map((topic) => (
              <Checkbox key={topic.id} value={topic.slug} label={topic.name} disabled={of.certified.includes(topic.slug)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Button type="submit" mt="md" loading={save.isPending} disabled={[...chosen].sort().join() === [...of.certified].sort().join()}>
          {t('save')}
        </Button>
      </form>
    </Paper>
  );
}
