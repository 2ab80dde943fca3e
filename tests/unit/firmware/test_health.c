#include "firmware/health.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(health, of_the_sensor_is_believed_only_within_bounds)
{
	static struct sensor_health health;

	cr_expect(sensor_health_is_sound(&health));
	health.interface_count = 1;
	strcpy(health.interfaces[0].name, "eth1");
	cr_expect(sensor_health_is_sound(&health));
	health.interfaces[0].state = HEALTH_INTERFACE_STATES;
	cr_expect_not(sensor_health_is_sound(&health));
	health.interfaces[0].state = HEALTH_INTERFACE_DOWN;
	strcpy(health.interfaces[0].name, "eth\033[2J");
	cr_expect_not(sensor_health_is_sound(&health));
	memset(health.interfaces[0].name, 'x', CONFIG_INTERFACE_SIZE);
	cr_expect_not(sensor_health_is_sound(&health));
	strcpy(health.interfaces[0].name, "eth1");
	health.interface_count = CONFIG_CAPTURE_COUNT + 1;
	cr_expect_not(sensor_health_is_sound(&health));
}

Test(health, of_the_supervisor_is_believed_only_within_bounds)
{
	struct supervisor_health health = { 0 };

	cr_expect(supervisor_health_is_sound(&health));
	health.roles[ROLE_SENSOR].state = HEALTH_ROLE_STATES;
	cr_expect_not(supervisor_health_is_sound(&health));
}

Test(health, has_a_page_and_a_name_for_everything)
{
	for (enum role_id id = 0; id < ROLE_COUNT; id++) {
		cr_expect_gt(health_size(id), 0);
		cr_expect_not_null(role_name(id));
		cr_expect_not_null(role_command(id));
	}
	for (uint8_t state = 0; state < HEALTH_ROLE_STATES; state++) {
		cr_expect_not_null(health_role_state_name(state));
	}
	for (uint8_t state = 0; state < HEALTH_INTERFACE_STATES; state++) {
		cr_expect_not_null(health_interface_state_name(state));
	}
	for (enum health_gauge_id id = 0; id < HEALTH_GAUGE_COUNT; id++) {
		cr_expect_not_null(health_gauge_name(id));
	}
}
