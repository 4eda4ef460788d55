import { client, Empty, FormDialog, key, Page, PageList, type Schemas, useConfirm, useI18n, usePages, useWrite, When } from '@kit/index';
import { Alert, Badge, Button, CopyButton, FileInput, Group, NumberInput, Paper, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import MailPlus from 'lucide-react/icons/mail-plus';
import { useState } from 'react';
import { usePlace } from '../place';
import { rosterTabs, Tabs } from '../tabs';

type Invitation = Schemas['ExpertInvitation'];
type Language = NonNullable<Schemas['InviteByLinkInBody']['language']>;
type Preview = Schemas['InvitationFilePreview'];

const listed = '/api/v1/programs/{program}/expert_invitations';
const stale = [key(listed)];
const languages: Language[] = ['en', 'de', 'ar'];

/** How people are asked to become the program's experts: by a link, by mail, by a file of customers. */
export default function Invitations() {
  const { t } = useI18n();
  const { program } = usePlace();
  return (
    <Page title={t('invites.title')} about={t('invites.about')}>
      <Tabs label={t('roster.title')} of={rosterTabs} />
      {program && (
        <Stack key={program.id}>
          <Group gap="sm">
            <ByLink program={program.id} />
            <ByMail program={program.id} />
            <ByFile program={program.id} />
          </Group>
          <List program={program.id} />
        </Stack>
      )}
    </Page>
  );
}

function List({ program }: { program: string }) {
  const { t } = useI18n();
  const rows = usePages<Invitation>(listed, async (cursor) => (await client.GET(listed, { params: { path: { program }, query: { cursor, limit: 40 } } })).data!, { program });
  return (
    <Paper p={0}>
      <PageList
        of={rows}
        empty={
          <Empty title={t('invites.none')} icon={<MailPlus size={28} />}>
            {t('invites.none.text')}
          </Empty>
        }
        label={t('invites.title')}
        rowKey={(row) => row.id}
        columns={[
          { key: 'label', label: t('invites.label'), lead: true, cell: (row) => <bdi>{row.label}</bdi> },
          { key: 'kind', label: t('invites.kind'), cell: (row) => t(`invites.kind.${row.kind}`) },
          { key: 'sent', label: t('invites.sent'), end: true, cell: (row) => (row.kind === 'link' ? '–' : t('invites.of', { n: row.sent, of: row.invited })) },
          { key: 'applied', label: t('invites.applied'), end: true, cell: (row) => (row.most ? t('invites.of', { n: row.applied, of: row.most }) : row.applied) },
          { key: 'until', label: t('invites.until'), cell: (row) => (row.revoked_at ? <Badge color="gray">{t('invites.revoked')}</Badge> : <When at={row.expires_at} absolute />) },
          { key: 'do', label: t('actions'), end: true, cell: (row) => <Acts program={program} row={row} /> },
        ]}
      />
    </Paper>
  );
}

function Acts({ program, row }: { program: string; row: Invitation }) {
  const { t } = useI18n();
  const confirm = useConfirm();
  const revoke = useWrite(() => client.DELETE('/api/v1/programs/{program}/expert_invitations/{invite}', { params: { path: { program, invite: row.id } } }), { stale, done: t('saved') });
  if (row.revoked_at) return null;
  return (
    <Group gap="xs" justify="flex-end">
      {row.link && (
        <CopyButton value={row.link}>
          {({ copied, copy }) => (
            <Button size="compact-md" variant="light" onClick={copy} aria-label={`${t('invites.copy')}: ${row.label}`}>
              {t(copied ? 'invites.copied' : 'invites.copy')}
            </Button>
          )}
        </CopyButton>
      )}
      <Button
        size="compact-md"
        variant="subtle"
        color="gray"
        aria-label={`${t('invites.revoke')}: ${row.label}`}
        onClick={() => confirm.ask({ title: t('invites.revoke'), text: <Text>{t('invites.revoke.text')}</Text>, yes: t('invites.revoke'), danger: true, act: () => revoke.mutateAsync() })}
      >
        {t('invites.revoke')}
      </Button>
      {confirm.dialog}
    </Group>
  );
}

type Terms = { label: string; language: Language; days: number };
const first: Terms = { label: '', language: 'en', days: 30 };
const termsOf = (terms: Terms) => ({ label: terms.label.trim(), language: terms.language, expires_at: new Date(Date.now() + terms.days * 86_400_000).toISOString() });

/** What every invitation has. */
function Common({ terms, set, mail }: { terms: Terms; set: (terms: Terms) => void; mail?: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <TextInput label={t('invites.label')} description={t('invites.label.text')} required maxLength={100} value={terms.label} onChange={(e) => set({ ...terms, label: e.currentTarget.value })} data-autofocus />
      {mail && <Select label={t('invites.language')} data={languages.map((value) => ({ value, label: t(`invites.language.${value}`) }))} value={terms.language} onChange={(value) => value && set({ ...terms, language: value as Language })} allowDeselect={false} />}
      <NumberInput label={t('invites.days')} min={1} max={365} value={terms.days} onChange={(value) => set({ ...terms, days: Number(value) || 30 })} />
    </>
  );
}

function ByLink({ program }: { program: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [terms, setTerms] = useState(first);
  const [most, setMost] = useState(0);
  const make = useWrite(() => client.POST('/api/v1/programs/{program}/expert_invitations/links', { params: { path: { program } }, body: { ...termsOf(terms), most } }), {
    stale,
    done: t('invites.made'),
    after: () => {
      setOpen(false);
      setTerms(first);
    },
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('invites.by_link')}</Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('invites.by_link')} busy={make.isPending} disabled={!terms.label.trim()} send={() => make.mutate()}>
        <Common terms={terms} set={setTerms} />
        <NumberInput label={t('invites.most')} description={t('invites.most.text')} min={0} max={10_000} value={most} onChange={(value) => setMost(Number(value) || 0)} />
      </FormDialog>
    </>
  );
}

function ByMail({ program }: { program: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [terms, setTerms] = useState(first);
  const [text, setText] = useState('');
  const addresses = text.split(/[\s,;]+/).filter(Boolean);
  const send = useWrite(() => client.POST('/api/v1/programs/{program}/expert_invitations/addresses', { params: { path: { program } }, body: { ...termsOf(terms), addresses } }), {
    stale,
    done: t('invites.sending'),
    after: () => {
      setOpen(false);
      setText('');
      setTerms(first);
    },
  });
  return (
    <>
      <Button variant="light" onClick={() => setOpen(true)}>
        {t('invites.by_mail')}
      </Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('invites.by_mail')} busy={send.isPending} disabled={!terms.label.trim() || !addresses.length || addresses.length > 50} send={() => send.mutate()}>
        <Common terms={terms} set={setTerms} mail />
        <Textarea label={t('invites.addresses')} description={t('invites.addresses.text')} required autosize minRows={3} maxRows={10} value={text} onChange={(e) => setText(e.currentTarget.value)} dir="ltr" />
      </FormDialog>
    </>
  );
}

/** A file of the brand's customers: read first, and nobody is written to before it is confirmed. */
function ByFile({ program }: { program: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [terms, setTerms] = useState(first);
  const [file, setFile] = useState<File | null>(null);
  const [columns, setColumns] = useState({ column: 'email', language_column: '' });
  const [seen, setSeen] = useState<{ csv: string; preview: Preview } | null>(null);
  const params = { params: { path: { program } } };
  const named = { column: columns.column.trim() || undefined, language_column: columns.language_column.trim() || undefined };
  const look = useWrite(
    async () => {
      const csv = (await file?.text()) ?? '';
      return { csv, preview: (await client.POST('/api/v1/programs/{program}/expert_invitations/files/preview', { ...params, body: { csv, ...named } })).data! };
    },
    { after: setSeen },
  );
  const send = useWrite(() => client.POST('/api/v1/programs/{program}/expert_invitations/files', { ...params, body: { ...termsOf(terms), csv: seen!.csv, ...named, file: seen!.preview.file } }), {
    stale,
    done: t('invites.sending'),
    after: () => close(),
  });
  const close = () => {
    setOpen(false);
    setSeen(null);
    setFile(null);
    setTerms(first);
  };
  const ready = seen ? terms.label.trim() && seen.preview.new > 0 : file;
  return (
    <>
      <Button variant="light" onClick={() => setOpen(true)}>
        {t('invites.by_file')}
      </Button>
      <FormDialog open={open} close={close} title={t('invites.by_file')} yes={seen ? t('invites.send', { n: seen.preview.new }) : t('invites.look')} busy={look.isPending || send.isPending} disabled={!ready} send={() => (seen ? send.mutate() : look.mutate())}>
        {seen ? (
          <>
            <Read of={seen.preview} />
            <Common terms={terms} set={setTerms} mail />
            <Text size="sm" c="dimmed">
              {t('invites.slow')}
            </Text>
          </>
        ) : (
          <>
            <Text size="sm" c="dimmed">
              {t('invites.file.text')}
            </Text>
            <FileInput label={t('invites.file')} accept=".csv,text/csv,text/plain" required value={file} onChange={setFile} clearable clearButtonProps={{ 'aria-label': t('remove') }} />
            <TextInput label={t('invites.column')} required maxLength={100} value={columns.column} onChange={(e) => setColumns({ ...columns, column: e.currentTarget.value })} dir="auto" />
            <TextInput label={t('invites.language_column')} description={t('invites.language_column.text')} maxLength={100} value={columns.language_column} onChange={(e) => setColumns({ ...columns, language_column: e.currentTarget.value })} dir="auto" />
          </>
        )}
      </FormDialog>
    </>
  );
}

/** What a file would do. */
function Read({ of }: { of: Preview }) {
  const { t } = useI18n();
  return (
    <Alert color={of.new > 0 ? 'pine' : 'honey'} title={t('invites.new', { n: of.new })} role="status">
      <Text size="sm">{t('invites.known', { n: of.known })}</Text>
      <Text size="sm">{t('invites.refused', { n: of.refused.length })}</Text>
      {of.refused.length > 0 && (
        <ul style={{ margin: '8px 0 0', paddingInlineStart: 20, maxHeight: 160, overflowY: 'auto' }} tabIndex={0} aria-label={t('invites.refused', { n: of.refused.length })}>
          {of.refused.slice(0, 200).map((row) => (
            <li key={row.line}>{t('invites.line', { n: row.line, why: t(`invites.line.${row.reason}`) })}</li>
          ))}
        </ul>
      )}
    </Alert>
  );
}
