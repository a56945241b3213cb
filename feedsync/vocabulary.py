"""The names of attributes: Google's Product data specification, and Meta's catalog fields that products have."""

from __future__ import annotations

_NAMES = (
    "id title structured_title description structured_description link mobile_link canonical_link ads_redirect "
    "image_link additional_image_link lifestyle_image_link video_link availability availability_date expiration_date "
    "price sale_price sale_price_effective_date cost_of_goods_sold auto_pricing_min_price maximum_retail_price "
    "unit_pricing_measure unit_pricing_base_measure installment subscription_cost loyalty_program "
    "google_product_category fb_product_category product_type brand gtin mpn identifier_exists condition adult "
    "is_bundle multipack age_group gender color material pattern size size_type size_system item_group_id "
    "item_group_title variant_option product_detail product_highlight product_length product_width product_height "
    "product_weight popularity_rank short_title shipping shipping_label shipping_weight shipping_length shipping_width "
    "shipping_height ships_from_country min_handling_time max_handling_time transit_time_label tax tax_category "
    "custom_label_0 custom_label_1 custom_label_2 custom_label_3 custom_label_4 promotion_id external_seller_id "
    "included_destination excluded_destination energy_efficiency_class min_energy_efficiency_class "
    "max_energy_efficiency_class certification quantity sell_on_google_quantity quantity_to_sell_on_facebook inventory "
    "status visibility rich_text_description pause"
)
#: The attributes that mean something to somebody (feed-formats, sections 1.2 and 2).
ATTRIBUTES = frozenset(_NAMES.split())
