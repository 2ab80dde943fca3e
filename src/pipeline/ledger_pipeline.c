#include "pipeline/ledger_pipeline.h"

void
ledger_pipeline_init(
    struct ledger_pipeline *ledger, const struct policy *policy)
{
	*ledger = (struct ledger_pipeline){ .policy = policy };
}

void
ledger_pipeline_finding(struct ledger_pipeline *ledger,
    const struct finding *finding, struct alert *alert)
{
	if (finding->revision == 1) {
		ledger->alerts++;
	}
	ledger->revisions++;
	alert_make(alert, finding, ledger->policy);
}
