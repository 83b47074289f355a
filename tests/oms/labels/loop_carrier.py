"""A carrier as karrio's carriers are written, which asks a shop of labels over HTTP at the address in its account.

karrio loads it from the folder `plugins` of its working directory. It takes returns as karrio gives them, already
turned round, and gives a label and a QR code, as DHL's plugin does.
"""

# mypy: ignore-errors

import attr
import karrio.api.mapper as mapper
import karrio.api.proxy as proxy
import karrio.core.metadata as metadata
import karrio.core.models as models
import karrio.core.settings as settings
import karrio.lib as lib


@attr.s(auto_attribs=True)
class Settings(settings.Settings):
    url: str
    secret: str
    carrier_id: str = "looped"
    account_country_code: str = None
    test_mode: bool = False
    metadata: dict = attr.Factory(dict)
    config: dict = attr.Factory(dict)
    id: str = None

    @property
    def carrier_name(self):
        return "looped"


class Proxy(proxy.Proxy):
    settings: Settings

    def create_return_shipment(self, request):
        response = lib.request(
            url=f"{self.settings.url}/returns",
            data=lib.to_json(request.serialize()),
            method="POST",
            headers={"Content-Type": "application/json", "Authorization": self.settings.secret},
        )
        return lib.Deserializable(response, lib.to_dict)


class Mapper(mapper.Mapper):
    settings: Settings

    def create_return_shipment_request(self, payload):
        return lib.Serializable(payload, lib.to_dict)

    def parse_return_shipment_response(self, response):
        told = response.deserialize()
        names = {"carrier_id": self.settings.carrier_id, "carrier_name": self.settings.carrier_name}
        if "error" in told:
            return None, [models.Message(code="E17", message=told["error"], **names)]
        codes = [models.ShippingDocument(category="qr_label", base64=told["qr"])] if told.get("qr") else []
        docs = models.Documents(label=told["label"], extra_documents=codes)
        made = models.ShipmentDetails(
            tracking_number=told["number"], shipment_identifier=told["number"], docs=docs, **names
        )
        return made, []


METADATA = metadata.PluginMetadata(
    status="beta", id="looped", label="Looped", Mapper=Mapper, Proxy=Proxy, Settings=Settings
)
