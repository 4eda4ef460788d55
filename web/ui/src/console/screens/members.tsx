import { $api, Await, client, DataList, FormDialog, key, More, Page, type Schemas, useCodes, useConfirm, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Radio, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useBrand, usePlace } from '../place';

type Role = Schemas['BrandMember']['role'];
const roles: Role[] = ['owner', 'manager', 'agent', 'reviewer', 'finance', 'viewer'];

/** Who belongs to the brand, in which roles, and who is invited. */
export default function Members() {
  const { t } = useI18n();
  const { may } = usePlace();
  return (
    <Page title={t('members.title')} about={t('members.about')} actions={may('manage_members') && <Invite />}>
      <div className={layout.stack}>
        <Paper p={0}>
          <List />
        </Paper>
        {may('manage_members') && <Invited />}
      </div>
    </Page>
  );
}

/** People with all their roles, since the API lists one role a row. */
export function byPerson(rows: readonly Schemas['BrandMember'][]) {
  const people = new Map<string, { person: string; name: string; since: string; roles: Role[] }>();
  for (const row of rows) {
    const found = people.get(row.person) ?? { person: row.person, name: row.name, since: row.since, roles: [] };
    found.roles.push(row.role);
    if (row.since < found.since) found.since = row.since;
    people.set(row.person, found);
  }
  return [...people.values()];
}

function List() {
  const { t } = useI18n();
  const codes = useCodes();
  const { may, me } = usePlace();
  const { path } = useBrand();
  const { ask, dialog } = useConfirm();
  const members = $api.useQuery('get', '/api/v1/brands/{brand}/members', { params: { path } });
  const remove = useWrite(
    ({ person, role }: { person: string; role: Role }) => client.DELETE('/api/v1/brands/{brand}/members/{person}/{role}', { params: { path: { ...path, person, role } } }),
    { stale: [key('/api/v1/brands/{brand}/members')], done: t('members.removed') },
  );
  return (
    <Await read={members}>
      {({ data }) => (
        <>
          <DataList
            label={t('members.title')}
            rows={byPerson(data)}
            rowKey={(row) => row.person}
            columns={[
              { key: 'name', label: t('members.name'), lead: true, cell: (row) => row.name },
              {
                key: 'roles',
                label: t('members.roles'),
                cell: (row) => (
                  <Group gap={6}>
                    {row.roles.map((role) => (
                      <Badge key={role} color="gray">
                        {codes('role', role)}
                      </Badge>
                    ))}
                  </Group>
                ),
              },
              { key: 'since', label: t('members.since'), cell: (row) => <When at={row.since} /> },
              {
                key: 'act',
                label: '',
                end: true,
                cell: (row) =>
                  may('manage_members') &&
                  row.person !== me.id &&
                  row.roles.map((role) => (
                    <Button
                      key={role}
                      size="compact-sm"
                      variant="subtle"
                      color="brick"
                      onClick={() =>
                        ask({
                          title: t('members.remove', { name: row.name }),
                          text: t('members.remove.text', { role: codes('role', role) }),
                          yes: t('remove'),
                          danger: true,
                          act: () => remove.mutateAsync({ person: row.person, role }),
                        })
                      }
                    >
                      {t('members.take', { role: codes('role', role) })}
                    </Button>
                  )),
              },
            ]}
          />
          {dialog}
        </>
      )}
    </Await>
  );
}

function Invite() {
  const { t } = useI18n();
  const codes = useCodes();
  const { path } = useBrand();
  const [open, setOpen] = useState(false);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const invite = useWrite(() => client.POST('/api/v1/brands/{brand}/invitations', { params: { path }, body: { email: email.trim(), role } }), {
    stale: [key('/api/v1/brands/{brand}/invitations')],
    done: t('invite.done', { email }),
    after: () => {
      setOpen(false);
      setEmail('');
    },
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('invite.title')}</Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('invite.title')} yes={t('invite.send')} busy={invite.isPending} send={() => invite.mutate()}>
        <TextInput type="email" label={t('invite.email')} required value={email} onChange={(e) => setEmail(e.currentTarget.value)} autoComplete="off" data-autofocus />
        <Radio.Group label={t('invite.role')} value={role} onChange={(value) => setRole(value as Role)}>
          <Stack gap="xs" mt={6}>
            {roles.map((one) => (
              <Radio key={one} value={one} label={codes('role', one)} description={t(`role.${one}.text`)} />
            ))}
          </Stack>
        </Radio.Group>
      </FormDialog>
    </>
  );
}

function Invited() {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  const { path } = useBrand();
  const open = usePages<Schemas['Invitation']>('/api/v1/brands/{brand}/invitations', async (cursor) => (await client.GET('/api/v1/brands/{brand}/invitations', { params: { path, query: { cursor, limit: 50 } } })).data!, path.brand);
  const back = useWrite((invitation: string) => client.DELETE('/api/v1/brands/{brand}/invitations/{invitation}', { params: { path: { ...path, invitation } } }), {
    stale: [key('/api/v1/brands/{brand}/invitations')],
  });
  return (
    <Await read={open}>
      {(rows) =>
        rows.length === 0 ? null : (
          <section>
            <h2 className={layout.subject}>{t('invite.open')}</h2>
            <Paper p={0}>
              <DataList
                label={t('invite.open')}
                rows={rows}
                rowKey={(row) => row.id}
                columns={[
                  { key: 'email', label: t('invite.email'), lead: true, cell: (row) => row.email },
                  { key: 'role', label: t('invite.role'), cell: (row) => codes('role', row.role) },
                  { key: 'until', label: t('invite.until'), cell: (row) => format.moment(row.expires_at) },
                  {
                    key: 'act',
                    label: '',
                    end: true,
                    cell: (row) => (
                      <Button size="compact-sm" variant="subtle" color="brick" loading={back.isPending && back.variables === row.id} onClick={() => back.mutate(row.id)}>
                        {t('invite.back')}
                      </Button>
                    ),
                  },
                ]}
              />
              <More of={open} />
            </Paper>
          </section>
        )
      }
    </Await>
  );
}
