/*
 * What the files of the packet builder share.
 */
#ifndef SUPPORT_PACKET_BUILDER_PRIVATE_H
#define SUPPORT_PACKET_BUILDER_PRIVATE_H

#include "support/packet_builder.h"

enum { IP4_SIZE = 20, IP6_SIZE = 40 };

/* 'size' zeros more; the test ends if the frame has no room for them. */
uint8_t *builder_append(struct packet_builder *builder, uint32_t size);

/* The test ends if 'text' is no address. */
struct ip_address builder_address_of(const char *text);
struct mac_address builder_mac_of(const char *text);

/* What comes now is inside a tunnel: the packet expected begins anew. */
void builder_enter_tunnel(
    struct packet_builder *builder, uint8_t wrapping, uint32_t id);

/* At 'at' stands what follows. */
void builder_expect_next(
    struct packet_builder *builder, enum build_next next, uint32_t at);

/* Tells the header before what follows it, in its own terms. */
void builder_tell(struct packet_builder *builder, uint16_t ethertype,
    uint8_t protocol, uint16_t ppp, uint8_t family);

/* build_end() has to complete the header that begins here. */
void builder_add_layer(
    struct packet_builder *builder, enum build_layer_kind kind);

#endif
