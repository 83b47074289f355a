"""GraphQL that is sent to Vendure's Admin API. Every write selects the error members of its union."""

from __future__ import annotations

_REFUSED = "... on ErrorResult { errorCode }"

CUSTOMER = """
fragment Somebody on Customer {
  id firstName lastName emailAddress phoneNumber user { id } groups { name }
}"""

ORDER = (
    """
fragment Whole on Order {
  id code state active createdAt orderPlacedAt currencyCode totalWithTax shippingWithTax couponCodes
  discounts { amountWithTax }
  customer { ...Somebody }
  shippingAddress { fullName streetLine1 streetLine2 city province postalCode countryCode phoneNumber }
  lines {
    id quantity orderPlacedQuantity proratedUnitPriceWithTax
    productVariant {
      sku name options { name group { code } }
      product { name facetValues { code facet { code } } }
    }
  }
  payments { id state amount method transactionId createdAt errorMessage
    refunds { id total state reason method createdAt } }
  fulfillments { id state method trackingCode createdAt updatedAt lines { orderLineId quantity } }
  modifications { id note priceChange refund { id total } }
  history(options: { take: 100, sort: { createdAt: DESC, id: DESC }, filter: { type: { in: [
    "ORDER_STATE_TRANSITION", "ORDER_FULFILLMENT_TRANSITION", "ORDER_CANCELLATION", "ORDER_NOTE" ] } } }) {
    items { type createdAt data administrator { id } }
  }
}"""
    + CUSTOMER
)

SHOP = """query Shop {
  globalSettings { serverConfig { moneyStrategyPrecision } }
  activeAdministrator { id }
}"""

GET_ORDER = "query Order($id: ID!) { order(id: $id) { ...Whole } }" + ORDER

FIND_ORDERS = (
    "query Orders($options: OrderListOptions) { orders(options: $options) { items { ...Whole } totalItems } }" + ORDER
)

ORDERS_OF = (
    """query OrdersOf($filter: CustomerFilterParameter, $orders: OrderListOptions) {
  customers(options: { filter: $filter, take: 20 }) {
    items { ...Somebody orders(options: $orders) { items { ...Whole } } }
  }
}"""
    + ORDER
)

ORDERS_OF_ONE = (
    """query OrdersOfOne($id: ID!, $orders: OrderListOptions) {
  customer(id: $id) { ...Somebody orders(options: $orders) { items { ...Whole } } }
}"""
    + ORDER
)

FIND_CUSTOMERS = (
    """query Customers($filter: CustomerFilterParameter) {
  customers(options: { filter: $filter, take: 20 }) { items { ...Somebody } }
}"""
    + CUSTOMER
)

GET_CUSTOMER = (
    """query Customer($id: ID!) {
  customer(id: $id) { ...Somebody addresses { fullName streetLine1 streetLine2 city province postalCode
    country { code } phoneNumber defaultShippingAddress } }
}"""
    + CUSTOMER
)

NUMBERS = """query Numbers($options: OrderListOptions) { orders(options: $options) { items { code } } }"""

STATES = """query States($state: String!) {
  orders(options: { filter: { state: { eq: $state } }, take: 100, sort: { updatedAt: ASC } }) { items { id } }
}"""

_VARIANT = """
fragment Sold on ProductVariant {
  id sku name enabled priceWithTax currencyCode trackInventory stockLevels { stockOnHand stockAllocated }
  options { name group { code } }
}"""

PRODUCTS = (
    """query Products($options: ProductListOptions) {
  products(options: $options) {
    items { id name enabled facetValues { code facet { code } } variants { ...Sold } }
  }
}"""
    + _VARIANT
)

BY_SKU = (
    """query BySku($sku: String!) {
  productVariants(options: { filter: { sku: { eq: $sku } }, take: 10 }) {
    items { ...Sold product { id name enabled facetValues { code facet { code } } variants { ...Sold } } }
  }
}"""
    + _VARIANT
)

PROMOTIONS = """query Promotions($code: String!) {
  promotions(options: { filter: { couponCode: { contains: $code } }, take: 50 }) {
    items { couponCode enabled startsAt endsAt usageLimit
      actions { code args { name value } } conditions { code args { name value } } }
  }
}"""

TRANSITION = f"""mutation Transition($id: ID!, $state: String!) {{
  transitionOrderToState(id: $id, state: $state) {{ __typename ... on Order {{ id state }} {_REFUSED} }}
}}"""

MODIFY = f"""mutation Modify($input: ModifyOrderInput!) {{
  modifyOrder(input: $input) {{ __typename ... on Order {{ id totalWithTax }} {_REFUSED} }}
}}"""

CANCEL = f"""mutation Cancel($input: CancelOrderInput!) {{
  cancelOrder(input: $input) {{ __typename ... on Order {{ id state }} {_REFUSED} }}
}}"""

RELEASE = f"""mutation Release($id: ID!) {{
  cancelPayment(id: $id) {{ __typename ... on Payment {{ id state }} {_REFUSED} }}
}}"""

REFUND = f"""mutation Refund($input: RefundOrderInput!) {{
  refundOrder(input: $input) {{ __typename ... on Refund {{ id state total }} {_REFUSED} }}
}}"""

NOTE = """mutation Note($input: AddNoteToOrderInput!) { addNoteToOrder(input: $input) { id } }"""
