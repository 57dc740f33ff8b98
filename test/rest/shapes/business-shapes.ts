import { freshdesk, rateLimited as freshdeskLimit } from '../../stand-ins/rest/business/freshdesk.ts';
import { hubSpot, rateLimited as hubSpotLimit } from '../../stand-ins/rest/business/hubspot.ts';
import { rateLimited as salesforceLimit, Salesforce } from '../../stand-ins/rest/business/salesforce.ts';
import { salesforceBulk } from '../../stand-ins/rest/business/salesforce-bulk.ts';
import { rateLimited as sapLimit, sapOData } from '../../stand-ins/rest/business/sap-odata.ts';
import { rateLimited as serviceNowLimit, serviceNow } from '../../stand-ins/rest/business/servicenow.ts';
import { rateLimited as shopifyLimit, shopify } from '../../stand-ins/rest/business/shopify.ts';
import { rateLimited as workdayLimit, workday } from '../../stand-ins/rest/business/workday.ts';
import type { ApiShape } from '../../contracts/api-shape.contract.ts';
import { presetConnector } from '../../support/http/api-place.ts';

export const BUSINESS_SHAPES = {
  'a table of ServiceNow': {
    start: serviceNow,
    rateLimited: serviceNowLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'servicenow-user': 'reader:s3cr3t-of-a-reader' },
    connector: (origin) =>
      presetConnector(
        'servicenow-table',
        { url: `${origin}/api/now/table/incident`, pagination: { pageSize: 2 } },
        { metadataFields: ['sys_updated_on'] },
      ),
  },
  'the changes of a table of ServiceNow': {
    start: serviceNow,
    rateLimited: serviceNowLimit,
    reads: 'changes',
    deletes: 'nothing',
    secrets: { 'servicenow-user': 'reader:s3cr3t-of-a-reader' },
    connector: (origin) =>
      presetConnector(
        'servicenow-table-changes',
        { url: `${origin}/api/now/table/incident`, pagination: { pageSize: 2 } },
        { metadataFields: ['sys_updated_on'] },
      ),
  },
  'a query of Salesforce': {
    start: (records) => new Salesforce(records).reply,
    rateLimited: salesforceLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'salesforce-client': 's3cr3t-of-a-client' },
    connector: (origin) => salesforceConnector(origin, 'query'),
  },
  'queryAll of Salesforce': {
    start: (records) => new Salesforce(records).reply,
    rateLimited: salesforceLimit,
    reads: 'changes',
    deletes: 'reported',
    secrets: { 'salesforce-client': 's3cr3t-of-a-client' },
    connector: (origin) => salesforceConnector(origin, 'queryAll'),
  },
  'a Bulk query of Salesforce': {
    start: (records) => salesforceBulk(records),
    rateLimited: salesforceLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'salesforce-session': 's3cr3t-of-a-session' },
    connector: (origin) => ({
      source: {
        url: `${origin}/services/data/v61.0/jobs/query/{{ job.id }}/results`,
        secretRef: 'salesforce-session',
        responseFormat: 'csv',
        job: {
          start: {
            url: `${origin}/services/data/v61.0/jobs/query`,
            payload: { operation: 'query', query: 'SELECT Id, Title FROM Article' },
            idPath: 'id',
          },
          poll: {
            url: `${origin}/services/data/v61.0/jobs/query/{{ job.id }}`,
            statusPath: 'state',
            doneValues: ['JobComplete'],
            failedValues: ['Failed', 'Aborted'],
          },
        },
        pagination: {
          type: 'cursor',
          cursorField: 'locator',
          nextCursorHeader: 'Sforce-Locator',
          pageSizeField: 'maxRecords',
          pageSize: 2,
        },
        rateLimit: { words: ['REQUEST_LIMIT_EXCEEDED'] },
      },
      mapping: { idField: 'Id', titleField: 'Title', contentTemplate: '{{ Title }}' },
      deletePolicy: 'auto_delete_missing',
    }),
  },
  'objects of HubSpot': {
    start: hubSpot,
    rateLimited: hubSpotLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'hubspot-token': 's3cr3t-of-an-app' },
    connector: (origin) =>
      presetConnector('hubspot-objects', {
        url: `${origin}/crm/v3/objects/tickets`,
        pagination: { pageSize: 2 },
      }),
  },
  'a search of changed objects in HubSpot': {
    start: hubSpot,
    rateLimited: hubSpotLimit,
    reads: 'changes',
    deletes: 'nothing',
    secrets: { 'hubspot-token': 's3cr3t-of-an-app' },
    connector: (origin) =>
      presetConnector('hubspot-objects-changes', {
        url: `${origin}/crm/v3/objects/tickets/search`,
        pagination: { pageSize: 2 },
        watermarkStart: '2024-01-01T00:00:00Z',
      }),
  },
  'changed tickets of Freshdesk': {
    start: freshdesk,
    rateLimited: freshdeskLimit,
    reads: 'changes',
    deletes: 'nothing',
    secrets: { 'freshdesk-agent': 's3cr3t-of-an-agent:X' },
    connector: (origin) =>
      presetConnector(
        'freshdesk-tickets',
        { url: `${origin}/api/v2/tickets`, pagination: { pageSize: 2 } },
        { metadataFields: ['updated_at'] },
      ),
  },
  'products of Shopify': {
    start: shopify,
    rateLimited: shopifyLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'shopify-token': 's3cr3t-of-a-shop' },
    connector: (origin) =>
      presetConnector('shopify-products', {
        url: `${origin}/admin/api/2025-01/products.json`,
        pagination: { pageSize: 2 },
      }),
  },
  'changed products of Shopify': {
    start: shopify,
    rateLimited: shopifyLimit,
    reads: 'changes',
    deletes: 'nothing',
    secrets: { 'shopify-token': 's3cr3t-of-a-shop' },
    connector: (origin) =>
      presetConnector('shopify-products-changes', {
        url: `${origin}/admin/api/2025-01/products.json`,
        pagination: { pageSize: 2 },
      }),
  },
  'an OData 2 service of SAP': {
    start: sapOData,
    rateLimited: sapLimit,
    reads: 'whole',
    deletes: 'missing',
    connector: (origin) => sapConnector(origin, {}, 'auto_delete_missing'),
  },
  'changes in an OData 2 service of SAP': {
    start: sapOData,
    rateLimited: sapLimit,
    reads: 'changes',
    deletes: 'nothing',
    connector: (origin) =>
      sapConnector(
        origin,
        {
          payload: { $format: 'json', $filter: "LastChange ge datetime':watermark'" },
          watermarkField: 'LastChange',
          watermarkStart: '/Date(0)/',
          watermarkFormat: '%Y-%m-%dT%H:%M:%S',
        },
        'never_delete',
      ),
  },
  'a report of Workday in XML': {
    start: workday,
    rateLimited: workdayLimit,
    reads: 'whole',
    deletes: 'missing',
    mediaType: 'text/xml',
    inOneResponse: true,
    connector: (origin) => ({
      source: {
        url: `${origin}/ccx/service/customreport2/acme/reader/Staff`,
        responseFormat: 'xml',
        recordsPath: 'wd:Report_Data.wd:Report_Entry',
        // A template has no names with a colon.
        fields: { worker: 'wd:Worker.@wd:Descriptor' },
      },
      mapping: { idField: 'wd:Employee_ID', titleField: 'worker', contentTemplate: '{{ worker }}' },
      deletePolicy: 'auto_delete_missing',
    }),
  },
  'a report of Workday in CSV': {
    start: workday,
    rateLimited: workdayLimit,
    reads: 'whole',
    deletes: 'missing',
    mediaType: 'text/csv',
    inOneResponse: true,
    connector: (origin) => ({
      source: {
        url: `${origin}/ccx/service/customreport2/acme/reader/Staff?format=csv`,
        responseFormat: 'csv',
      },
      mapping: { idField: 'Employee_ID', titleField: 'Worker', contentTemplate: '{{ Worker }}' },
      deletePolicy: 'auto_delete_missing',
    }),
  },
} as const satisfies Readonly<Record<string, ApiShape>>;

function salesforceConnector(origin: string, resource: 'query' | 'queryAll') {
  const since = resource === 'query' ? '' : ' WHERE SystemModstamp >= :watermark ORDER BY SystemModstamp';
  const source = {
    url: `${origin}/services/data/v61.0/${resource}`,
    payload: { q: `SELECT Id, Title, IsDeleted, SystemModstamp FROM Article${since}` },
    oauth: {
      tokenUrl: `${origin}/services/oauth2/token`,
      clientId: '3MVG9example',
      clientSecretRef: 'salesforce-client',
    },
    ...(resource === 'queryAll' && { watermarkStart: '2024-01-01T00:00:00.000+0000' }),
  };
  return presetConnector(resource === 'query' ? 'salesforce-query' : 'salesforce-query-changes', source, {
    contentTemplate: '{{ Title }}',
    metadataFields: ['SystemModstamp'],
  });
}

function sapConnector(origin: string, source: object, deletePolicy: string) {
  return {
    source: {
      url: `${origin}/sap/opu/odata/sap/API_DOCUMENT/Documents`,
      payload: { $format: 'json' },
      recordsPath: 'd.results',
      pagination: { type: 'next_url', nextUrlPath: 'd.__next' },
      ...source,
    },
    mapping: { idField: 'Id', titleField: 'Title', contentTemplate: '{{ Title }}' },
    deletePolicy,
  };
}
