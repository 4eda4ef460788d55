import { Await, client, DataList, key, More, Page, type Schemas, useI18n, usePages, useWrite, When } from '@kit/index';
import { Button, Group, Modal, Paper, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { operatorTabs, Tabs } from '../tabs';

type Row = Schemas['Brand'];

/** All brands of the platform. */
export default function Brands() {
  const { t } = useI18n();
  const rows = usePages<Row>('/api/v1/brands', async (cursor) => (await client.GET('/api/v1/brands', { params: { query: { cursor, limit: 50 } } })).data!);
  return (
    <Page title={t('operator.brands')} actions={<Add />}>
      <Tabs label={t('operator.title')} of={operatorTabs} />
      <Paper p={0}>
        <Await read={rows}>
          {(list) => (
            <>
              <DataList
                label={t('operator.brands')}
                rows={list}
                rowKey={(row) => row.id}
                columns={[
                  { key: 'name', label: t('operator.brand'), lead: true, cell: (row) => row.name },
                  { key: 'id', label: t('operator.id'), cell: (row) => <code dir="ltr">{row.id}</code> },
                  { key: 'at', label: t('members.since'), end: true, cell: (row) => <When at={row.created_at} /> },
                ]}
              />
              <More of={rows} />
            </>
          )}
        </Await>
      </Paper>
    </Page>
  );
}

function Add() {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [owner, setOwner] = useState('');
  const add = useWrite(() => client.POST('/api/v1/brands', { body: { name: name.trim(), owner: owner.trim() } }), { stale: [key('/api/v1/brands')], after: () => setOpen(false) });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('operator.add_brand')}</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t('operator.add_brand')} closeButtonProps={{ 'aria-label': t('close') }}>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            add.mutate();
          }}
        >
          <Stack>
            <TextInput label={t('operator.brand')} required maxLength={200} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
            <TextInput label={t('operator.owner')} description={t('operator.owner.text')} required value={owner} onChange={(e) => setOwner(e.currentTarget.value)} />
            <Group justify="flex-end">
              <Button type="submit" loading={add.isPending}>
                {t('add')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
