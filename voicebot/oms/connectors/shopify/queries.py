"""GraphQL that is sent to Shopify's Admin API. Page sizes are small: each row asked for costs points."""

from __future__ import annotations

_MONEY = "{ shopMoney { amount currencyCode } }"

_ADDRESS = "{ name address1 address2 city provinceCode zip countryCodeV2 phone }"

ORDER = f"""
fragment Whole on Order {{
  id name createdAt processedAt cancelledAt closedAt currencyCode displayFinancialStatus displayFulfillmentStatus
  email phone note tags discountCodes
  cancellation {{ staffNote }}
  totalPriceSet {_MONEY}
  currentTotalPriceSet {_MONEY}
  totalDiscountsSet {_MONEY}
  totalShippingPriceSet {_MONEY}
  customer {{ id firstName lastName tags numberOfOrders }}
  shippingAddress {_ADDRESS}
  lineItems(first: 20) {{ nodes {{
    id sku name title variantTitle quantity currentQuantity
    discountedUnitPriceAfterAllDiscountsSet {_MONEY} product {{ productType tags }} }} }}
  fulfillments(first: 5) {{
    id status displayStatus createdAt deliveredAt estimatedDeliveryAt
    trackingInfo(first: 1) {{ company number url }}
    fulfillmentLineItems(first: 10) {{ nodes {{ id quantity lineItem {{ id }} }} }} }}
  transactions(first: 10) {{
    id kind status gateway errorCode processedAt createdAt amountSet {_MONEY} parentTransaction {{ id }} }}
  refunds(first: 10) {{
    id note createdAt totalRefundedSet {_MONEY} transactions(first: 2) {{ nodes {{ status }} }} }}
  returns(first: 5) {{ nodes {{
    id name status createdAt
    returnLineItems(first: 10) {{ nodes {{
      quantity ... on ReturnLineItem {{ returnReasonNote fulfillmentLineItem {{ id lineItem {{ id }} }} }} }} }} }} }}
}}"""

GET_ORDER = "query Order($id: ID!) { order(id: $id) { ...Whole } }" + ORDER

#: Ids only: whole orders are read one by one, which asks for fewer points than a page of them at once.
FIND_ORDERS = """query Orders($query: String!, $first: Int!) {
  orders(first: $first, query: $query, sortKey: PROCESSED_AT, reverse: true) { nodes { id } }
}"""

_SOMEBODY = """{
  id firstName lastName tags state defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber }
}"""

FIND_CUSTOMERS = f"""query Customers($query: String!) {{
  customers(first: 5, query: $query) {{ nodes {_SOMEBODY} }}
}}"""

GET_CUSTOMER = f"""query Customer($id: ID!) {{
  customer(id: $id) {{ ...Somebody defaultAddress {_ADDRESS} }}
}}
fragment Somebody on Customer {_SOMEBODY}"""

RETURNABLE = """query Returnable($id: ID!) {
  returnableFulfillments(orderId: $id, first: 5) { nodes {
    returnableFulfillmentLineItems(first: 10) { nodes { quantity fulfillmentLineItem { id lineItem { id } } } } } }
}"""

SHOP = "query Shop { shop { id } }"

JOB = "query Job($id: ID!) { job(id: $id) { id done } }"

CANCEL = """mutation Cancel($orderId: ID!, $reason: OrderCancelReason!, $staffNote: String, $restock: Boolean!,
  $notifyCustomer: Boolean, $refundMethod: OrderCancelRefundMethodInput!) {
  orderCancel(orderId: $orderId, reason: $reason, staffNote: $staffNote, restock: $restock,
    notifyCustomer: $notifyCustomer, refundMethod: $refundMethod) {
    job { id done } orderCancelUserErrors { field message code } }
}"""

REFUND = """mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id transactions(first: 2) { nodes { status } } } userErrors { field message } }
}"""

RETURN = """mutation Return($returnInput: ReturnInput!) {
  returnCreate(returnInput: $returnInput) { return { id name status } userErrors { field message code } }
}"""

UPDATE = """mutation Update($input: OrderInput!) {
  orderUpdate(input: $input) { order { id } userErrors { field message } }
}"""
