import { missingObject, rateLimited, stripe } from '../../stand-ins/rest/business/stripe.ts';
import { describeApiShape, type ApiShape } from '../../contracts/api-shape.contract.ts';

/** The cursor is the id of the last object of a page. */
const PAGINATION = {
  type: 'cursor',
  cursorField: 'starting_after',
  nextCursorPath: 'data[-1].id',
  hasMorePath: 'has_more',
  pageSizeField: 'limit',
  pageSize: 2,
};

const SHARED = {
  start: stripe,
  rateLimited,
  secrets: { 'stripe-key': 'rk_test_secret' },
} satisfies Partial<ApiShape>;

describeApiShape('products of Stripe', {
  ...SHARED,
  failures: {
    'the last object of a page was deleted': { reply: missingObject('4'), code: 'SOURCE_REFUSED' },
  },
  reads: 'whole',
  deletes: 'missing',
  connector: (origin) => ({
    source: {
      url: `${origin}/v1/products`,
      secretRef: 'stripe-key',
      recordsPath: 'data',
      pagination: PAGINATION,
    },
    mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ description }}' },
    deletePolicy: 'auto_delete_missing',
  }),
});

describeApiShape('events about products of Stripe', {
  ...SHARED,
  reads: 'changes',
  deletes: 'reported',
  connector: (origin) => ({
    source: {
      url: `${origin}/v1/events`,
      secretRef: 'stripe-key',
      recordsPath: 'data',
      payload: { type: 'product.*', 'created[gte]': ':watermark' },
      pagination: PAGINATION,
      watermarkField: 'created',
      watermarkFormat: 'epoch_seconds',
      changes: { deletedPath: 'type', deletedValues: ['product.deleted'] },
    },
    mapping: {
      idField: 'data.object.id',
      titleField: 'data.object.name',
      contentTemplate: '{{ data.object.description }}',
    },
    deletePolicy: 'auto_delete_missing',
  }),
});
