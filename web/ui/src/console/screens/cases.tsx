import { Await, client, Empty, FormDialog, key, Loading, More, Page, type Schemas, useCodes, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Text, Textarea } from '@mantine/core';
import MessageSquareWarning from 'lucide-react/icons/message-square-warning';
import { useState } from 'react';
import { AllRefusalAppeals } from '../appeals';
import css from '../console.module.css';
import { AllMeasureAppeals } from '../measures';
import { operatorTabs, Tabs } from '../tabs';
import { TakeBackAppeals } from '../takebacks';

type Report = Schemas['RoomReport'];

const listed = '/api/v1/room_reports';
const least = 10; // characters of a reason

/** What only somebody outside a brand may decide: appeals, and posts of rooms that brands do not read. */
export default function Cases() {
  const { t } = useI18n();
  return (
    <Page title={t('operator.cases')} about={t('cases.about')}>
      <Tabs label={t('operator.title')} of={operatorTabs} />
      <div className={layout.stack}>
        <AllRefusalAppeals />
        <AllMeasureAppeals />
        <TakeBackAppeals />
        <Reports />
      </div>
    </Page>
  );
}

function Reports() {
  const { t } = useI18n();
  const list = usePages<Report>(listed, async (cursor) => (await client.GET(listed, { params: { query: { cursor, limit: 20 } } })).data!);
  return (
    <section>
      <h2 className={layout.subject}>{t('reports.title')}</h2>
      <Await read={list} loading={<Loading rows={1} height={90} />}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('reports.none')} icon={<MessageSquareWarning size={28} />} />
          ) : (
            <div className={layout.stack}>
              {rows.map((row) => (
                <One key={row.id} of={row} />
              ))}
              <More of={list} />
            </div>
          )
        }
      </Await>
    </section>
  );
}

/** A report: nothing of the post is shown before there is a reason to read it. */
function One({ of }: { of: Report }) {
  const { t } = useI18n();
  const codes = useCodes();
  const [open, setOpen] = useState(false);
  const params = { path: { report: of.id } };
  const read = useWrite(async (why: string) => (await client.POST('/api/v1/room_reports/{report}/open', { params, body: { why } })).data!, { after: () => setOpen(false) });
  return (
    <Paper component="article" className={css.work} aria-label={codes('report', of.reason)}>
      <div className={layout.row}>
        <span>
          <strong>{codes('report', of.reason)}</strong>
          <br />
          <span className={css.quiet}>
            <bdi>{of.brand_name}</bdi> · <bdi>{of.program_name}</bdi> · <When at={of.reported_at} />
          </span>
        </span>
        {!read.data && (
          <Button variant="default" onClick={() => setOpen(true)}>
            {t('reports.read')}
          </Button>
        )}
      </div>
      {read.data && <Opened of={of} post={read.data} />}
      <Reason open={open} close={() => setOpen(false)} title={t('reports.read')} text={t('reports.read.text')} label={t('reports.why')} busy={read.isPending} send={(why) => read.mutate(why)} />
    </Paper>
  );
}

/** The post, without its author, and what is to become of it. */
function Opened({ of, post }: { of: Report; post: Schemas['ReportedPost'] }) {
  const { t } = useI18n();
  const [hides, setHides] = useState<boolean | null>(null);
  const params = { path: { report: of.id } };
  const decide = useWrite((body: { hide: boolean; why: string }) => client.POST('/api/v1/room_reports/{report}/decide', { params, body }), { stale: [key(listed)], done: t('reports.done'), after: () => setHides(null) });
  return (
    <>
      <blockquote className={css.post} dir="auto">
        {post.text || t('reports.gone')}
      </blockquote>
      <Group justify="space-between">
        <span className={css.quiet}>
          <When at={post.posted_at} /> {post.hidden && <Badge color="gray">{t('reports.hidden')}</Badge>}
        </span>
        <Group gap="sm">
          <Button variant="default" onClick={() => setHides(false)}>
            {t('reports.keep')}
          </Button>
          <Button color="brick" onClick={() => setHides(true)}>
            {t('reports.hide')}
          </Button>
        </Group>
      </Group>
      {/* each with a reason of its own */}
      {[false, true].map((hide) => (
        <Reason
          key={String(hide)}
          open={hides === hide}
          close={() => setHides(null)}
          title={t(hide ? 'reports.hide' : 'reports.keep')}
          text={t(hide ? 'reports.hide.text' : 'reports.keep.text')}
          label={t('appeals.reason')}
          danger={hide}
          busy={decide.isPending}
          send={(why) => decide.mutate({ hide, why })}
        />
      ))}
    </>
  );
}

/** Asks why, which goes on record. */
function Reason({ open, close, title, text, label, danger, busy, send }: { open: boolean; close: () => void; title: string; text: string; label: string; danger?: boolean; busy: boolean; send: (why: string) => void }) {
  const { t } = useI18n();
  const [why, setWhy] = useState('');
  return (
    <FormDialog open={open} close={close} title={title} danger={danger} busy={busy} disabled={why.trim().length < least} send={() => send(why.trim())}>
      <Text size="sm">{text}</Text>
      <Textarea label={label} description={t('reports.why.text')} required autosize minRows={2} maxLength={500} dir="auto" value={why} onChange={(e) => setWhy(e.currentTarget.value)} data-autofocus />
    </FormDialog>
  );
}
