import { client, FormDialog, key, Page, PageList, type Schemas, useI18n, usePages, useWrite, When } from '@kit/index';
import { Button, Paper, TextInput } from '@mantine/core';
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
        <PageList
          of={rows}
          label={t('operator.brands')}
          rowKey={(row) => row.id}
          columns={[
            { key: 'name', label: t('operator.brand'), lead: true, cell: (row) => row.name },
            { key: 'id', label: t('operator.id'), cell: (row) => <code dir="ltr">{row.id}</code> },
            { key: 'at', label: t('members.since'), end: true, cell: (row) => <When at={row.created_at} /> },
          ]}
        />
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
      <FormDialog open={open} close={() => setOpen(false)} title={t('operator.add_brand')} yes={t('add')} busy={add.isPending} send={() => add.mutate()}>
        <TextInput label={t('operator.brand')} required maxLength={200} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
        <TextInput label={t('operator.owner')} description={t('operator.owner.text')} required value={owner} onChange={(e) => setOwner(e.currentTarget.value)} />
      </FormDialog>
    </>
  );
}
