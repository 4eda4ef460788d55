import { client, type Column, Empty, FormDialog, key, Page, PageList, type Schemas, useCodes, useConfirm, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Alert, Anchor, Badge, Button, Checkbox, CopyButton, Group, Paper, Stack, TextInput } from '@mantine/core';
import KeyRound from 'lucide-react/icons/key-round';
import { type ReactNode, useState } from 'react';
import css from '../console.module.css';
import { useBrand } from '../place';

type Scope = Schemas['CreateAPIKeyInBody']['scopes'][number];
const scopes: Scope[] = ['questions:read', 'questions:write', 'customers:write', 'programs:read', 'programs:write', 'experts:read', 'experts:write', 'money:read', 'members:read'];

/** Keys for the brand's own programs, and for vouching for its customers. */
export default function Developers() {
  const { t } = useI18n();
  return (
    <Page title={t('developers.title')} about={t('developers.about')} actions={<Anchor href="/docs">{t('developers.docs')}</Anchor>}>
      <div className={layout.stack}>
        <APIKeys />
        <IdentityKeys />
      </div>
    </Page>
  );
}

type Kept = { id: string; name: string; revoked_at: string | null };
type Sort<Row> = {
  title: string;
  about?: string;
  path: string; // of the API's list of them
  rows: ReturnType<typeof usePages<Row>>;
  columns: Column<Row>[];
  make: (name: string) => Promise<{ secret: string }>;
  ready?: boolean; // one may be made, once it has a name
  end: (id: string) => Promise<unknown>;
  children?: ReactNode; // what is asked of a new one beside its name
};

/** Keys of one sort: those there are, how one is made, and how one is ended. */
function Keys<Row extends Kept>({ title, about, path, rows, columns, make, ready = true, end, children }: Sort<Row>) {
  const { t } = useI18n();
  const { ask, dialog } = useConfirm();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const stale = [key(path)];
  const making = useWrite(() => make(name.trim()), { stale });
  const ending = useWrite(end, { stale, done: t('key.ended') });
  const close = () => {
    setOpen(false);
    setName('');
    making.reset();
  };
  const act = (row: Row) =>
    row.revoked_at ? (
      <Badge color="gray">{t('key.over')}</Badge>
    ) : (
      <Button size="compact-sm" variant="subtle" color="brick" onClick={() => ask({ title: t('key.end', { name: row.name }), text: t('key.end.text'), yes: t('key.end_now'), danger: true, act: () => ending.mutateAsync(row.id) })}>
        {t('key.end_now')}
      </Button>
    );
  return (
    <section>
      <div className={layout.row} style={{ marginBottom: 10 }}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          {title}
        </h2>
        <Button onClick={() => setOpen(true)}>{t('key.new')}</Button>
      </div>
      {about && <p className={css.quiet}>{about}</p>}
      <Paper p={0}>
        <PageList
          of={rows}
          empty={<Empty title={t('key.none')} icon={<KeyRound size={28} />} />}
          label={title}
          rowKey={(row) => row.id}
          columns={[{ key: 'name', label: t('key.name'), lead: true, cell: (row) => row.name }, ...columns, { key: 'act', label: '', end: true, cell: act }]}
        />
      </Paper>
      {dialog}
      <FormDialog open={open} close={close} title={title} yes={t('key.make')} busy={making.isPending} disabled={!ready} send={() => making.mutate()} instead={making.data && <Secret text={making.data.secret} done={close} />}>
        <TextInput label={t('key.name')} required maxLength={100} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
        {children}
      </FormDialog>
    </section>
  );
}

function APIKeys() {
  const { t } = useI18n();
  const codes = useCodes();
  const { path } = useBrand();
  const [chosen, setChosen] = useState<Scope[]>(['questions:read']);
  return (
    <Keys
      title={t('key.api')}
      path="/api/v1/brands/{brand}/api_keys"
      rows={usePages<Schemas['APIKey']>('/api/v1/brands/{brand}/api_keys', async (cursor) => (await client.GET('/api/v1/brands/{brand}/api_keys', { params: { path, query: { cursor, limit: 50 } } })).data!, path.brand)}
      columns={[
        { key: 'scopes', label: t('key.scopes'), cell: (row) => row.scopes.join(', ') },
        { key: 'used', label: t('key.used'), cell: (row) => (row.last_used_at ? <When at={row.last_used_at} /> : t('key.never')) },
      ]}
      make={async (name) => (await client.POST('/api/v1/brands/{brand}/api_keys', { params: { path }, body: { name, scopes: chosen } })).data!}
      ready={chosen.length > 0}
      end={(id) => client.DELETE('/api/v1/brands/{brand}/api_keys/{key}', { params: { path: { ...path, key: id } } })}
    >
      <Checkbox.Group label={t('key.scopes')} value={chosen} onChange={(value) => setChosen(value as Scope[])}>
        <Stack gap="xs" mt={6}>
          {scopes.map((scope) => (
            <Checkbox key={scope} value={scope} label={scope} description={codes('scope', scope)} />
          ))}
        </Stack>
      </Checkbox.Group>
    </Keys>
  );
}

function IdentityKeys() {
  const { t } = useI18n();
  const { path } = useBrand();
  return (
    <Keys
      title={t('key.identity')}
      about={t('key.identity.text')}
      path="/api/v1/brands/{brand}/identity_keys"
      rows={usePages<Schemas['IdentityKey']>('/api/v1/brands/{brand}/identity_keys', async (cursor) => (await client.GET('/api/v1/brands/{brand}/identity_keys', { params: { path, query: { cursor, limit: 50 } } })).data!, path.brand)}
      columns={[{ key: 'at', label: t('key.made'), cell: (row) => <When at={row.created_at} /> }]}
      make={async (name) => (await client.POST('/api/v1/brands/{brand}/identity_keys', { params: { path }, body: { name } })).data!}
      end={(id) => client.DELETE('/api/v1/brands/{brand}/identity_keys/{key}', { params: { path: { ...path, key: id } } })}
    />
  );
}

/** A secret that is shown this once. */
function Secret({ text, done }: { text: string; done: () => void }) {
  const { t } = useI18n();
  return (
    <Stack>
      <Alert color="honey">{t('key.once')}</Alert>
      <code className={css.code} dir="ltr">
        {text}
      </code>
      <Group justify="flex-end">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy} autoFocus>
              {t(copied ? 'copied' : 'copy')}
            </Button>
          )}
        </CopyButton>
        <Button onClick={done}>{t('key.kept')}</Button>
      </Group>
    </Stack>
  );
}
