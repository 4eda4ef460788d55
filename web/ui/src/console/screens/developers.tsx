import { $api, Await, client, DataList, Empty, key, Page, type Schemas, useCodes, useConfirm, useI18n, useWrite, When } from '@kit/index';
import { Alert, Anchor, Badge, Button, Checkbox, CopyButton, Group, Modal, Paper, Stack, TextInput } from '@mantine/core';
import KeyRound from 'lucide-react/icons/key-round';
import { useState } from 'react';
import css from '../console.module.css';
import { useBrand } from '../place';

type Scope = Schemas['CreateAPIKeyInBody']['scopes'][number];
const scopes: Scope[] = ['questions:read', 'questions:write', 'customers:write', 'programs:read', 'programs:write', 'experts:read', 'experts:write', 'money:read', 'members:read'];

/** Keys for the brand's own programs, and for vouching for its customers. */
export default function Developers() {
  const { t } = useI18n();
  return (
    <Page title={t('developers.title')} about={t('developers.about')} actions={<Anchor href="/docs">{t('developers.docs')}</Anchor>}>
      <div className={css.stack}>
        <APIKeys />
        <IdentityKeys />
      </div>
    </Page>
  );
}

function APIKeys() {
  const { t } = useI18n();
  const { path } = useBrand();
  const { ask, dialog } = useConfirm();
  const keys = $api.useQuery('get', '/api/v1/brands/{brand}/api_keys', { params: { path } });
  const stale = [key('/api/v1/brands/{brand}/api_keys')];
  const end = useWrite((one: string) => client.DELETE('/api/v1/brands/{brand}/api_keys/{key}', { params: { path: { ...path, key: one } } }), { stale, done: t('key.ended') });
  return (
    <section>
      <div className={css.row} style={{ marginBottom: 10 }}>
        <h2 className={css.subject} style={{ margin: 0 }}>
          {t('key.api')}
        </h2>
        <NewKey />
      </div>
      <Paper p={0}>
        <Await read={keys}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title={t('key.none')} icon={<KeyRound size={28} />} />
            ) : (
              <DataList
                label={t('key.api')}
                rows={data}
                rowKey={(row) => row.id}
                columns={[
                  { key: 'name', label: t('key.name'), lead: true, cell: (row) => row.name },
                  { key: 'scopes', label: t('key.scopes'), cell: (row) => row.scopes.join(', ') },
                  { key: 'used', label: t('key.used'), cell: (row) => (row.last_used_at ? <When at={row.last_used_at} /> : t('key.never')) },
                  {
                    key: 'act',
                    label: '',
                    end: true,
                    cell: (row) =>
                      row.revoked_at ? (
                        <Badge color="gray">{t('key.over')}</Badge>
                      ) : (
                        <Button
                          size="compact-sm"
                          variant="subtle"
                          color="brick"
                          onClick={() => ask({ title: t('key.end', { name: row.name }), text: t('key.end.text'), yes: t('key.end_now'), danger: true, act: () => end.mutateAsync(row.id) })}
                        >
                          {t('key.end_now')}
                        </Button>
                      ),
                  },
                ]}
              />
            )
          }
        </Await>
      </Paper>
      {dialog}
    </section>
  );
}

function NewKey() {
  const { t } = useI18n();
  const codes = useCodes();
  const { path } = useBrand();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Scope[]>(['questions:read']);
  const make = useWrite(async () => (await client.POST('/api/v1/brands/{brand}/api_keys', { params: { path }, body: { name: name.trim(), scopes: chosen } })).data!, {
    stale: [key('/api/v1/brands/{brand}/api_keys')],
  });
  const close = () => {
    setOpen(false);
    setName('');
    make.reset();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('key.new')}</Button>
      <Modal opened={open} onClose={close} title={t('key.new')} closeButtonProps={{ 'aria-label': t('close') }}>
        {make.data ? (
          <Secret text={make.data.secret} done={close} />
        ) : (
          <form
            onSubmit={(e) => {
              e.preventDefault();
              make.mutate();
            }}
          >
            <Stack>
              <TextInput label={t('key.name')} required maxLength={100} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
              <Checkbox.Group label={t('key.scopes')} value={chosen} onChange={(value) => setChosen(value as Scope[])}>
                <Stack gap="xs" mt={6}>
                  {scopes.map((scope) => (
                    <Checkbox key={scope} value={scope} label={scope} description={codes('scope', scope)} />
                  ))}
                </Stack>
              </Checkbox.Group>
              <Group justify="flex-end">
                <Button variant="default" onClick={close}>
                  {t('cancel')}
                </Button>
                <Button type="submit" loading={make.isPending} disabled={!chosen.length}>
                  {t('key.make')}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Modal>
    </>
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
            <Button variant="default" onClick={copy}>
              {t(copied ? 'copied' : 'copy')}
            </Button>
          )}
        </CopyButton>
        <Button onClick={done}>{t('key.kept')}</Button>
      </Group>
    </Stack>
  );
}

function IdentityKeys() {
  const { t } = useI18n();
  const { path } = useBrand();
  const { ask, dialog } = useConfirm();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const stale = [key('/api/v1/brands/{brand}/identity_keys')];
  const keys = $api.useQuery('get', '/api/v1/brands/{brand}/identity_keys', { params: { path } });
  const make = useWrite(async () => (await client.POST('/api/v1/brands/{brand}/identity_keys', { params: { path }, body: { name: name.trim() } })).data!, { stale });
  const end = useWrite((one: string) => client.DELETE('/api/v1/brands/{brand}/identity_keys/{key}', { params: { path: { ...path, key: one } } }), { stale, done: t('key.ended') });
  const close = () => {
    setOpen(false);
    setName('');
    make.reset();
  };
  return (
    <section>
      <div className={css.row} style={{ marginBottom: 10 }}>
        <h2 className={css.subject} style={{ margin: 0 }}>
          {t('key.identity')}
        </h2>
        <Button onClick={() => setOpen(true)}>{t('key.new')}</Button>
      </div>
      <p className={css.quiet}>{t('key.identity.text')}</p>
      <Paper p={0}>
        <Await read={keys}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title={t('key.none')} icon={<KeyRound size={28} />} />
            ) : (
              <DataList
                label={t('key.identity')}
                rows={data}
                rowKey={(row) => row.id}
                columns={[
                  { key: 'name', label: t('key.name'), lead: true, cell: (row) => row.name },
                  { key: 'at', label: t('key.made'), cell: (row) => <When at={row.created_at} /> },
                  {
                    key: 'act',
                    label: '',
                    end: true,
                    cell: (row) =>
                      row.revoked_at ? (
                        <Badge color="gray">{t('key.over')}</Badge>
                      ) : (
                        <Button
                          size="compact-sm"
                          variant="subtle"
                          color="brick"
                          onClick={() => ask({ title: t('key.end', { name: row.name }), text: t('key.end.text'), yes: t('key.end_now'), danger: true, act: () => end.mutateAsync(row.id) })}
                        >
                          {t('key.end_now')}
                        </Button>
                      ),
                  },
                ]}
              />
            )
          }
        </Await>
      </Paper>
      {dialog}
      <Modal opened={open} onClose={close} title={t('key.identity')} closeButtonProps={{ 'aria-label': t('close') }}>
        {make.data ? (
          <Secret text={make.data.secret} done={close} />
        ) : (
          <form
            onSubmit={(e) => {
              e.preventDefault();
              make.mutate();
            }}
          >
            <Stack>
              <TextInput label={t('key.name')} required maxLength={100} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
              <Group justify="flex-end">
                <Button type="submit" loading={make.isPending}>
                  {t('key.make')}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Modal>
    </section>
  );
}
